"""Plain limits on the page of a device: tried on the past, set, drawn, taken back."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from local.processes import Child
from tests.e2e.browsing import WITHIN_MS, act_as, choice, open_view, watch
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer

pytestmark = BROWSED
VIEW = "devices/rig-1"
HEATED = [[1.0, 20.0 + n % 3] for n in range(12)] + [[1.0, 70.0 + n % 3] for n in range(12)]


async def test_a_limit_is_tried_set_before_two_browsers_and_taken_back(
    front_door: Child, api: PlantServer, page: Page, browser: Browser
) -> None:
    await api.measure("rig-1", HEATED)
    other = await browser.new_page()
    errors = watch(other)
    for each in (page, other):
        await open_view(each, front_door, VIEW)
        await expect(each.get_by_text("It has no limit.")).to_be_visible(timeout=WITHIN_MS)
    limits = page.locator("[data-section=limits]")
    await choice(page, "Channel").select_option("heat_c")
    await expect(limits.get_by_text("To set limits: give a limit")).to_be_visible()
    await limits.get_by_label("Alarm above").fill("60")
    await limits.get_by_role("button", name="Preview").click()
    await expect(limits.locator("[data-preview]")).to_contain_text("this would have called once")
    assert api.plant.workshop.sites.audit == []
    await limits.get_by_role("button", name="Set them").click()
    held = "[data-limit=heat_c]"
    await expect(other.locator(held)).to_contain_text("alarm above 60.0", timeout=WITHIN_MS)
    await expect(page.locator(held)).to_contain_text("set for this device")
    await expect(page.locator("[data-chart=heat_c]")).to_contain_text("alarm above 60.0")
    (record,) = api.plant.workshop.sites.audit
    assert record["after"]["content"] == {"devices": {"rig-1": {"heat_c": {"alarmHigh": 60}}}}
    await limits.get_by_role("button", name="Undo").click()
    await expect(other.get_by_text("It has no limit.")).to_be_visible(timeout=WITHIN_MS)
    await other.context.close()
    assert errors == []


async def test_limits_of_all_of_a_kind_are_set_at_once(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", HEATED)
    await open_view(page, front_door, VIEW)
    limits = page.locator("[data-section=limits]")
    await choice(page, "Channel").select_option("heat_c")
    await choice(page, "Of").select_option("site")
    await limits.get_by_label("Warning above").fill("90")
    await limits.get_by_role("button", name="Set them").click()
    await expect(limits).to_contain_text("set for its kind at this site", timeout=WITHIN_MS)
    record = api.plant.workshop.sites.audit[-1]
    assert record["after"]["content"] == {"profiles": {"rig": {"heat_c": {"warningHigh": 90}}}}


async def test_a_viewer_sees_limits_and_sets_none(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", HEATED)
    await act_as(page, front_door, "viewer")
    await open_view(page, front_door, VIEW)
    limits = page.locator("[data-section=limits]")
    await expect(limits).to_contain_text("It has no limit.", timeout=WITHIN_MS)
    await expect(limits.get_by_role("button")).to_have_count(0)
    path = f"{front_door.ready['url']}api/settings/limits?site={SITE}"
    assert (await page.request.patch(path, data={"devices": {}})).status == 403
