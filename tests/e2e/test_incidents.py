"""Incidents on the page: seen, taken, put aside, judged, closed; and windows and figures."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, WITHIN_MS, act_as, choice, open_view, watch
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentQuery

pytestmark = BROWSED


async def find_stored(api: PlantServer) -> Incident:
    page = await api.plant.incidents.list_incidents(IncidentQuery(SITE))
    (incident,) = page.incidents
    return incident


async def test_an_incident_comes_is_taken_put_aside_and_closed_before_two_browsers(
    front_door: Child, api: PlantServer, page: Page, browser: Browser
) -> None:
    other = await browser.new_page()
    errors = watch(other)
    await open_view(page, front_door, "incidents")
    await expect(page.get_by_text("There was no incident here")).to_be_visible()
    await api.measure("rig-1", QUIET)
    await api.measure("rig-1", ODD)
    entry = page.locator("[data-incident]")
    await expect(entry).to_contain_text("rig-1: speed_rpm", timeout=3_000)
    await entry.get_by_role("link").click()
    await expect(page).to_have_url(re.compile("#/incidents/"))
    await other.goto(page.url)  # a deep link
    state = other.locator("[data-handling]").first
    await expect(state).to_have_text("unacknowledged", timeout=WITHIN_MS)
    await page.get_by_label("Comment").fill("a belt")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(state).to_have_text("acknowledged", timeout=WITHIN_MS)
    await expect(other.locator("[data-entry=acknowledged]")).to_contain_text("a belt")
    await expect(other.locator("[data-section=story]")).to_contain_text("Local operator has it")
    assert (await find_stored(api)).handling.state == "acknowledged"
    await page.get_by_role("button", name="Shelve", exact=True).click()
    await expect(other.get_by_text("Local operator put it aside until")).to_be_visible()
    assert (await find_stored(api)).suppression.shelf is not None
    await page.get_by_role("button", name="Unshelve").click()
    await expect(other.get_by_text("Local operator put it aside until")).to_have_count(0)
    await page.get_by_label("Comment").fill("ordered")
    await page.get_by_role("button", name="Only comment").click()
    await expect(other.locator("[data-entry=commented]")).to_contain_text("ordered")
    await page.get_by_role("button", name="Close…").click()
    await page.get_by_role("button", name="Close it all the same").click()
    await expect(state).to_have_text("closed", timeout=WITHIN_MS)
    await expect(other.locator("[data-section=story]")).to_contain_text("although it was still")
    assert (await find_stored(api)).handling.forced
    await other.context.close()
    assert errors == []


async def test_an_alert_that_was_none_is_called_normal_after_a_look_at_what_changes(
    front_door: Child, api: PlantServer, page: Page, browser: Browser
) -> None:
    other = await browser.new_page()
    errors = watch(other)
    await api.measure("rig-1", QUIET + [[20.0, 0.0], [-20.0, 0.0]] * 4)
    await open_view(page, front_door, "incidents")
    await page.locator("[data-incident] a").click()
    await expect(page).to_have_url(re.compile("#/incidents/"))
    await other.goto(page.url)
    await expect(other.locator("[data-handling]").first).to_have_text("unacknowledged")
    judge = page.locator("[data-concerned='rig-1'] [data-judge]")
    await judge.get_by_role("button", name="Not an anomaly…").click()
    preview = judge.locator("[data-preview]")
    await expect(preview).to_contain_text("The threshold of rig-1 would go from")
    await expect(preview.locator("tbody tr")).to_contain_text("silenced")
    assert api.plant.store.all("settings") == []
    await judge.get_by_label("Why").fill("the night shift")
    await judge.get_by_role("button", name="Yes, this was normal").click()
    await expect(judge.locator("[data-said]")).to_contain_text("The threshold of rig-1 goes")
    await expect(page.locator("[data-entry=judged]")).to_contain_text("the night shift")
    await expect(other.locator("[data-entry=judged]")).to_contain_text("the night shift")
    (kept,) = api.plant.store.all("settings")
    assert set(kept["labels"].values()) == {"normal"}
    await other.context.close()
    assert errors == []


async def test_what_no_threshold_can_make_normal_is_refused_with_the_reason(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "incidents")
    await page.locator("[data-incident] a").click()
    await page.get_by_role("button", name="Not an anomaly…").click()
    await expect(page.locator("[data-preview]")).to_contain_text("more than 4 times")
    await expect(page.get_by_role("button", name="Yes, this was normal")).to_be_disabled()


async def test_what_a_device_does_now_is_called_normal_after_a_look_at_what_that_means(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    moved = [[50.0 + n % 3, n % 2] for n in range(40)]
    await api.measure("rig-1", [[float(n % 3), n % 2] for n in range(60)] + moved)
    await open_view(page, front_door, "incidents")
    await page.locator("[data-incident] a").click()
    judge = page.locator("[data-concerned='rig-1'] [data-judge]")
    await judge.get_by_role("button", name="This is normal from now on…").click()
    await expect(judge.locator("[data-preview]")).to_contain_text("rig-1")
    assert api.plant.store.all("settings") == []
    await judge.get_by_role("button", name="No", exact=True).click()
    await expect(judge.locator("[data-preview]")).to_have_count(0)


async def test_a_window_is_tried_set_and_taken_away(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "maintenance")
    await expect(page.get_by_text("There is no window.")).to_be_visible()
    await expect(page.get_by_text("To go on: give it a name")).to_be_visible()
    await page.get_by_label("Name").fill("belt")
    await page.get_by_label("Which").fill("rig-1")
    await page.get_by_role("button", name="Preview").click()
    trial = page.locator("[data-preview]")
    await expect(trial).to_contain_text("Over the last 30 days this would have held")
    assert (await api.plant.incidents.load_site(SITE)).windows == ()
    await page.get_by_role("button", name="Set it").click()
    window = page.locator("[data-window=belt]")
    await expect(window).to_contain_text("on now")
    await expect(window).to_contain_text("device rig-1")
    await window.get_by_role("button", name="Take belt away").click()
    await expect(window).to_have_count(0)


async def test_the_list_is_filtered_by_its_address(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "incidents?state=acknowledged")
    await expect(page.get_by_text("No incident fits what is looked for.")).to_be_visible()
    await choice(page, "State").select_option("all")
    await expect(page.locator("[data-incident]")).to_have_count(1)
    await page.get_by_role("searchbox").fill("rig-2")
    await expect(page.locator("[data-incident]")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("searchbox")).to_have_value("rig-2")
    await page.get_by_role("searchbox").fill("RIG-1")
    await expect(page.locator("[data-incident]")).to_have_count(1, timeout=WITHIN_MS)


async def test_how_often_people_are_called_is_shown_against_what_should_be(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await open_view(page, front_door, "alarm-performance")
    await expect(page.locator("[data-figure]")).to_have_count(6)
    await expect(page.get_by_text("1 incident; people were told 0 times")).to_be_visible()
    await choice(page, "Over the last").select_option("7")
    await expect(page).to_have_url(re.compile("days=7"))


async def test_a_viewer_sees_an_incident_and_cannot_act(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", QUIET + ODD)
    await act_as(page, front_door, "viewer")
    await open_view(page, front_door, "incidents")
    await page.locator("[data-incident] a").click()
    await expect(page.get_by_text("You may see this, not change it.")).to_be_visible()
    await expect(page.locator("main").get_by_role("button")).to_have_count(0)
    path = f"api/incidents/{(await find_stored(api)).incident_id}/acknowledge?site={SITE}"
    refused = await page.request.post(front_door.ready["url"] + path, data={})
    assert refused.status == 403
    await open_view(page, front_door, "maintenance")
    await expect(page.locator("[data-section=windows]")).to_be_visible()
    await expect(page.locator("[data-section=new-window]")).to_have_count(0)


async def test_readings_are_tried_and_nothing_is_stored(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    await api.measure("rig-1", [[float(n % 5), 1.0] for n in range(20)])
    await open_view(page, front_door, "try?device=rig-1")
    verdict = page.locator("[data-section=verdict]")
    await expect(verdict).to_contain_text("normal", timeout=WITHIN_MS)
    before = len(api.plant.store.all("readings"))
    slider = page.get_by_role("slider").first
    await slider.focus()
    await page.keyboard.press("End")
    await expect(verdict.locator(".state")).to_contain_text("odd")
    await expect(verdict.locator(".shares li").first).to_contain_text("speed_rpm")
    await page.get_by_role("button", name="As it was").click()
    await expect(verdict.locator(".state")).to_contain_text("normal")
    assert len(api.plant.store.all("readings")) == before
