"""The dashboard in a real browser, on the product's own routes and a real Web PubSub stand-in."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Route, expect

from local.processes import Child
from tests.e2e.browsing import (
    ODD,
    QUIET,
    WITHIN_MS,
    act_as,
    choice,
    open_view,
    watch,
)
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tocsin.domain.settings.site_settings import Kind

pytestmark = BROWSED


async def test_a_fault_is_on_the_page_without_a_reload(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await open_view(page, front_door)
    await api.measure("rig-1", QUIET)
    row = page.locator("[data-device='rig-1']")
    await expect(row).to_contain_text("normal", timeout=WITHIN_MS)
    await expect(row.locator(".value").first).to_have_text("speed_rpm 0\u202f1")
    await api.measure("rig-1", ODD)
    await expect(row).to_have_attribute("data-state", "alert", timeout=WITHIN_MS)
    await expect(page.locator("[data-card=alerting] strong")).to_have_text("1")
    entry = page.locator("[data-alert]")
    await expect(entry).to_have_count(1)
    await expect(entry.locator(".causes")).to_contain_text("speed_rpm")
    await expect(page.locator("[data-tile='rig-1']")).to_have_attribute("data-state", "alert")
    await api.measure("rig-1", QUIET * 2)
    await expect(entry).to_have_attribute("data-state", "cleared", timeout=WITHIN_MS)
    await expect(page.locator("[data-card=alerting] strong")).to_have_text("0")


async def test_what_was_known_is_there_and_sites_are_apart(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD, tell=False)
    await api.measure("rig-9", QUIET, site_id="south")
    await open_view(page, front_door)
    await expect(page.locator("[data-tile]")).to_have_count(4)
    await expect(page.locator("[data-alert]")).to_have_count(1)
    await choice(page, "Site").select_option("south")
    await expect(page.locator("[data-tile]")).to_have_count(1)
    await expect(page.locator("[data-tile='rig-9']")).to_be_visible()
    assert page.url.endswith("site=south")
    await page.reload()
    await expect(page.locator("[data-tile='rig-9']")).to_be_visible(timeout=WITHIN_MS)


async def test_where_there_is_no_such_site_another_can_be_chosen(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET)
    await page.goto(f"{front_door.ready['url']}#/?site=none-such")
    await expect(page.locator("[data-banner]")).to_contain_text("none-such")
    # What cannot be read is not said to be on its way.
    incidents = page.locator("section", has=page.get_by_role("heading", name="Incidents"))
    await expect(incidents.locator(".empty")).to_contain_text("Not read yet")
    await choice(page, "Site").select_option(SITE)
    await expect(page.locator("[data-tile='rig-1']")).to_be_visible()
    await expect(page.locator("#phase")).to_have_text("Live")


async def test_a_part_of_the_devices_is_not_said_to_be_the_site(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    async def fail(route: Route) -> None:
        await route.fulfill(status=503, json={"detail": "the store does not answer"})

    await page.route("**/api/devices?**", fail)
    await open_view(page, front_door)
    await api.measure("rig-1", QUIET)
    await expect(page.locator("[data-tile='rig-1']")).to_be_visible(timeout=WITHIN_MS)
    for figure in ("alerting", "silent", "devices", "healthy"):
        await expect(page.locator(f"[data-card={figure}] strong")).to_have_text("\u2013")
    await page.unroute("**/api/devices?**")
    # The page reads again by itself what it could not read.
    await expect(page.locator("[data-card=devices] strong")).to_have_text("4", timeout=WITHIN_MS)
    await expect(page.locator("[data-card=alerting] strong")).to_have_text("0")


async def test_nothing_is_missing_after_the_service_was_killed(
    webpubsub: Child, front_door: Child, api: PlantServer, page: Page
) -> None:
    await open_view(page, front_door)
    await api.measure("rig-1", QUIET)
    await expect(page.locator("[data-device='rig-1']")).to_contain_text("normal", timeout=WITHIN_MS)
    webpubsub.kill()
    await expect(page.locator("#phase")).to_have_text("Reconnecting", timeout=WITHIN_MS)
    await expect(page.locator(".banner")).to_contain_text("What is shown is from")
    await api.measure_unheard("rig-1", ODD)
    await asyncio.to_thread(webpubsub.start)
    await expect(page.locator("#phase")).to_have_text("Live", timeout=60_000)
    await expect(page.locator("[data-alert]")).to_have_count(1, timeout=WITHIN_MS)
    await expect(page.locator("[data-device='rig-1']")).to_have_attribute("data-state", "alert")
    await expect(page.locator(".banner")).to_have_count(0)


async def test_filters_and_sorting_are_in_the_address(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await api.measure("rig-2", QUIET)
    await open_view(page, front_door)
    await page.get_by_role("searchbox").fill("rig-")
    await expect(page.locator("[data-device]")).to_have_count(2)
    await page.get_by_role("button", name="Device", exact=True).click()
    await page.get_by_role("button", name="Device", exact=True).click()
    await expect(page.locator("[data-device]").first).to_have_attribute("data-device", "rig-2")
    await choice(page, "State").select_option("alert")
    await expect(page.locator("[data-device]")).to_have_count(1)
    assert {"find=rig-", "state=alert", "sort=device", "down=1"} <= set(re.split(r"[?&]", page.url))
    await page.reload()
    await expect(page.locator("[data-device]")).to_have_count(1, timeout=WITHIN_MS)


async def test_a_device_has_its_charts_by_mouse_keys_and_file(
    front_door: Child, api: PlantServer, page: Page, tmp_path: Path
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "devices/rig-1")
    chart = page.locator("[data-chart='speed_rpm']")
    await expect(chart.locator(".described")).to_contain_text("-60.0 to 60.0", timeout=WITHIN_MS)
    await expect(page.locator("[data-chart]")).to_have_count(3)
    slider = chart.get_by_role("slider")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(chart.locator(".now")).to_contain_text(": 0\u202f1")
    await page.keyboard.press("End")
    await expect(chart.locator(".now")).to_contain_text("-60.0")
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save as CSV").click()
    path = tmp_path / "chart.csv"
    await (await saving.value).save_as(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [float(row["speed_rpm"]) for row in rows] == [row[0] for row in QUIET + ODD]
    await choice(page, "Time").select_option("24h")
    await expect(page).to_have_url(re.compile("span=24h"))
    await page.get_by_role("button", name="Hold").click()
    await expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    await page.get_by_role("button", name="Live").click()
    await expect(page.get_by_text("follows the newest")).to_be_visible()


async def test_operators_act_and_a_second_browser_sees_it(
    front_door: Child, api: PlantServer, page: Page, browser: Browser
) -> None:
    other = await browser.new_page()
    errors = watch(other)
    await open_view(page, front_door, "work")
    await open_view(other, front_door, "work")
    await page.get_by_role("button", name="Pause").click()
    for each in (page, other):
        await expect(each.locator("#pause")).to_have_text("Resume", timeout=WITHIN_MS)
    assert await find_content(api, "optimiser") == {"paused": True}
    await page.get_by_role("button", name="Resume").click()
    for each in (page, other):
        await expect(each.locator("#pause")).to_have_text("Pause", timeout=WITHIN_MS)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("[data-preview]")).to_contain_text("Gap to the best")
    await choice(page, "Drain").select_option("cell-2")
    await page.get_by_role("button", name="Drain…").click()
    await page.get_by_role("button", name="Yes, drain cell-2").click()
    await expect(other.get_by_text("cell-2 runs nothing")).to_be_visible(timeout=WITHIN_MS)
    assert (await find_content(api, "overrides"))["drained"] == {"cell-2": True}
    await page.get_by_role("button", name="Run now").click()
    await expect(page.locator("[data-said]").first).to_have_text("A run was asked for.")
    assert "operator" in api.plant.workshop.requests.kinds()
    await api.run_optimiser()
    for each in (page, other):
        await expect(each.locator("[data-plan-line]")).to_contain_text("Plan 3")
    plan = await api.plant.workshop.sites.find_plan(SITE, 3)
    assert plan is not None
    assert "cell-2" not in plan.allocation.values()
    await page.get_by_role("button", name="Undo").click()
    await expect(other.get_by_text("cell-2 runs nothing")).to_have_count(0, timeout=WITHIN_MS)
    await choice(page, "Pin").select_option("a1")
    await choice(page, "to").select_option("cell-3")
    await page.get_by_role("button", name="Pin", exact=True).click()
    await expect(other.get_by_text("a1 runs on cell-3")).to_be_visible(timeout=WITHIN_MS)
    await other.context.close()
    assert errors == []


async def find_content(api: PlantServer, kind: Kind) -> Mapping[str, Any]:
    """What is stored of a setting."""
    setting = await api.plant.workshop.sites.find_setting(kind, SITE)
    assert setting is not None
    return setting.entry.content


async def test_why_each_task_moved_is_told(front_door: Child, api: PlantServer, page: Page) -> None:
    await open_view(page, front_door, "work")
    await expect(page.locator("[data-plan-line]")).to_contain_text("Plan 2 · alert of cell-1")
    moves = page.locator("[data-move]")
    await expect(moves).to_have_count(2)
    await expect(moves.first.locator(".causes")).not_to_be_empty()
    await page.locator("[data-plan='2'] summary").click()
    await expect(page.locator("[data-plan='2'] .sankey")).to_be_visible()


async def test_a_viewer_sees_no_controls(front_door: Child, api: PlantServer, page: Page) -> None:
    await page.goto(f"{front_door.ready['url']}.auth/login/local?role=viewer")
    await open_view(page, front_door, "work")
    await expect(page.get_by_text("You may see this, not change it.")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    await expect(page.locator("[data-section=overrides]")).to_have_count(0)
    refused = await page.request.patch(
        f"{front_door.ready['url']}api/settings/optimiser?site={SITE}", data={"paused": True}
    )
    assert refused.status == 403


async def test_someone_signed_out_is_told_so(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await page.goto(f"{front_door.ready['url']}.auth/logout")
    await page.goto(front_door.ready["url"])
    await expect(page.locator(".banner")).to_contain_text("you are not signed in")


async def test_an_admin_says_who_may_do_what_and_takes_it_back(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await act_as(page, front_door, "operator")
    await open_view(page, front_door, "settings")
    await expect(page.locator("[data-section=you]")).to_contain_text("operator")
    await expect(page.locator("[data-section=access]")).to_have_count(0)
    await act_as(page, front_door, "admin")
    await open_view(page, front_door, "settings")
    await page.get_by_label("Id of a person").fill("5b2f")
    await page.get_by_label("Name", exact=True).fill("Ada")
    await page.get_by_role("button", name="Give this right").click()
    person = page.locator("[data-person='5b2f']")
    await expect(person).to_contain_text("all sites: see")
    await page.get_by_role("button", name="Undo").click()
    await expect(person).to_have_count(0)
