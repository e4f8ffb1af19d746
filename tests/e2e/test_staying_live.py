"""Nothing is missing on the page, however often its live connection is lost."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial

import pytest
from playwright.async_api import Page, Route, expect

from local.processes import Child
from tests.e2e.browsing import ODD, QUIET, WITHIN_MS, choice, open_view
from tests.e2e.conftest import BROWSED
from tests.e2e.plant_server import SITE, PlantServer
from tests.waiting import wait_until
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.domain.sites import UNASSIGNED_SITE, group_of

pytestmark = [*BROWSED, pytest.mark.timeout(240)]

LOSSES = 20
DEVICES = 5
LISTED = """
(kind) => [...document.querySelectorAll(`[data-${kind}]`)]
  .map((each) => [each.dataset[kind], each.dataset.state]).sort()
"""
LAST_READINGS = """
() => [...document.querySelectorAll("tr[data-device]")]
  .map((row) => [row.dataset.device, Date.parse(row.querySelector("time").dateTime)]).sort()
"""


async def test_nothing_is_missing_after_twenty_losses_each_with_a_token_that_has_run_out(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    api.live.token_s = 1
    await open_view(page, front_door)
    await expect(page.get_by_text("None is open.")).to_be_visible()
    for loss in range(LOSSES):
        await asyncio.to_thread(wait_until, partial(has_run_out, api))
        read = count_read(api)
        api.live.gives.clear()
        await api.live.client.close_all_connections()
        # What happens now reaches nobody: half of the time a fault, then its end.
        readings = ODD if loss // DEVICES % 2 == 0 else QUIET * 2
        await api.measure_unheard(f"rig-{loss % DEVICES}", readings)
        api.live.gives.set()
        # Connected again: not as the page says, which draws that a moment later.
        await asyncio.to_thread(wait_until, partial(has_read, api, read))
        await expect(page.locator("#phase")).to_have_text("Live", timeout=WITHIN_MS)
    assert api.live.tokens > LOSSES, "each connection had a token of its own"
    await expect_all_shown(page, api)


async def test_a_page_opened_before_the_first_device_shows_its_site_once_there_is_one(
    front_door: Child, api: PlantServer, page: Page
) -> None:
    async def leave_out_sites(route: Route) -> None:
        answer = await route.fetch()
        none = {"site": UNASSIGNED_SITE, "group": group_of(UNASSIGNED_SITE), "sites": []}
        await route.fulfill(response=answer, json={**await answer.json(), **none})

    await page.route("**/api/negotiate", leave_out_sites, times=2)
    await api.measure("rig-1", QUIET)
    await page.goto(front_door.ready["url"])
    await expect(choice(page, "Site")).to_have_value(SITE)
    await expect(page.locator("[data-tile='rig-1']")).to_be_visible()


def has_run_out(api: PlantServer) -> bool:
    """Whether a connection that is lost now cannot come back with the token that it has."""
    return time.time() > api.live.runs_out_at


def count_read(api: PlantServer) -> int:
    """How often the page has read what it may have missed."""
    return api.requests.count("GET /api/devices")


def has_read(api: PlantServer, before: int) -> bool:
    return count_read(api) > before


async def expect_all_shown(page: Page, api: PlantServer) -> None:
    """The page, without a reload, has what is stored: alerts, their ends, incidents, readings."""
    stored = [device for device in api.plant.store.all("devices") if device["siteId"] == SITE]
    known = {device["id"]: device["lastT"] for device in stored}
    assert {f"rig-{number}" for number in range(DEVICES)} <= known.keys()
    await expect(page.locator("tr[data-device]")).to_have_count(len(known), timeout=WITHIN_MS)
    await page.wait_for_function(
        f"known => JSON.stringify(({LAST_READINGS})()) === known",
        arg=json.dumps(sorted([*pair] for pair in known.items()), separators=(",", ":")),
    )
    alerts = api.plant.store.all("alerts")
    over = {alert["alertId"] for alert in alerts if alert["type"] == "cleared"}
    raised = {alert["alertId"] for alert in alerts if alert["type"] == "raised"}
    assert len(raised) >= DEVICES
    await go(page, "alerts")
    assert await page.evaluate(LISTED, "alert") == sorted(
        [alert_id, "cleared" if alert_id in over else "raised"] for alert_id in raised
    )
    await go(page, "incidents?state=all")
    found = await api.plant.incidents.list_incidents(IncidentQuery(SITE, most=200))
    assert await page.evaluate(LISTED, "incident") == sorted(
        [incident.incident_id, incident.handling.state] for incident in found.incidents
    )


async def go(page: Page, place: str) -> None:
    """To another view of the same page, which keeps what it knows."""
    await page.evaluate("place => { location.hash = `#/${place}`; }", place)
    await expect(page.locator("main .stories li").first).to_be_visible()
