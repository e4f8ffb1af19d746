"""The page on the whole running system: a fault of the simulator comes, and what people do is kept.

Nothing is a fake here: devices speak MQTT to the hub, the model scores, the page is that of a demo.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from azure.cosmos import CosmosClient
from playwright.async_api import Browser, Page, expect

from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.prepare import DATABASE
from local.processes import Child
from local.run import Run
from local.stack import Stack
from tests.e2e.browsing import choice, open_view, watch
from tests.e2e.conftest import BROWSED
from tests.integration.incidents.asking import ask
from tests.integration.runs import make_options
from tests.waiting import wait_until

# Its three seconds count from what the hub took, so nothing may keep the services busy meanwhile.
pytestmark = [*BROWSED, pytest.mark.timeout(300), pytest.mark.measures_time]

SITE = "north"
ON_THE_PAGE_S = 3.0  # from the hub's taking of the reading that raises the alert
FAULT_WITHIN_MS = 90_000
DEVICES = 12
FRESH_MS = 10_000  # devices send each five seconds
# Notes when each incident is drawn first, in ms; those that were there before are left out.
NOTE_INCIDENTS = """
() => {
  const list = () => (
    [...document.querySelectorAll("[data-incident]")].map((each) => each.dataset.incident)
  );
  const before = new Set(list());
  window.drawn = {};
  new MutationObserver(() => {
    for (const id of list().filter((each) => !before.has(each))) {
      window.drawn[id] ??= Date.now();
    }
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}
"""
FIRST_DRAWN = "() => Object.entries(window.drawn)[0]"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a fleet whose faults come one after the other."""
    folder = tmp_path_factory.mktemp("stack")
    with Stack(Endpoints.free(find_free_address()), folder) as stack:
        run = Run(
            stack,
            make_options(folder, duration_s=150, devices=DEVICES, faults="demo", history_s=120),
        )
        try:
            run.start()
            yield stack
        finally:
            run.stop()


def look_up(stack: Stack, container: str, query: str) -> list[dict[str, Any]]:
    """What is stored in the database."""
    with CosmosClient.from_connection_string(stack.endpoints.cosmos_connection) as client:
        return ask(client.get_database_client(DATABASE), container, query)


def has_caught_up(stack: Stack) -> bool:
    """Whether what the devices kept from before is worked off."""
    heard = look_up(stack, "devices", "SELECT c.lastT FROM c WHERE IS_NUMBER(c.lastT)")
    oldest = min((each["lastT"] for each in heard), default=0)
    return len(heard) == DEVICES and oldest > time.time() * 1_000 - FRESH_MS


def find_run(stack: Stack) -> int:
    """When the optimiser looked at the site last (ms)."""
    query = f"SELECT c.checkedAt FROM c WHERE c.type = 'standing' AND c.siteId = '{SITE}'"
    return max((each["checkedAt"] for each in look_up(stack, "plans", query)), default=0)


def door_of(stack: Stack) -> Child:
    return stack.children["front_door"]


async def test_a_fault_of_the_simulator_is_an_incident_on_the_page_within_three_seconds(
    running: Stack, page: Page
) -> None:
    await asyncio.to_thread(
        wait_until, lambda: has_caught_up(running), within_s=90, what="every device is heard now"
    )
    await open_view(page, door_of(running), f"incidents?site={SITE}")
    await page.evaluate(NOTE_INCIDENTS)
    await page.wait_for_function(FIRST_DRAWN, timeout=FAULT_WITHIN_MS)
    incident_id, drawn_ms = await page.evaluate(FIRST_DRAWN)
    (incident,) = await asyncio.to_thread(
        look_up, running, "incidents", f"SELECT * FROM c WHERE c.id = '{incident_id}'"
    )
    joined = ", ".join(f"'{alert_id}'" for alert_id in incident["alertIds"])
    alerts = await asyncio.to_thread(
        look_up,
        running,
        "alerts",
        f"SELECT c.enqueuedAt FROM c WHERE c.type = 'raised' AND c.alertId IN ({joined})",
    )
    taken_ms = min(alert["enqueuedAt"] for alert in alerts)
    assert (drawn_ms - taken_ms) / 1_000 <= ON_THE_PAGE_S
    await expect(page.locator("#phase")).to_have_text("Live")


async def test_what_one_browser_does_about_an_incident_is_stored_and_seen_by_another(
    running: Stack, page: Page, browser: Browser
) -> None:
    other = await browser.new_page()
    errors = watch(other)
    await open_view(page, door_of(running), f"incidents?site={SITE}")
    await page.locator("[data-incident] a").first.click(timeout=FAULT_WITHIN_MS)
    await expect(page).to_have_url(re.compile("#/incidents/"))
    found = re.search(r"incidents/([^?]+)", page.url)
    assert found is not None
    incident_id = unquote(found[1])
    await other.goto(page.url)
    state = other.locator("[data-handling]").first
    await expect(state).to_have_text("unacknowledged")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(state).to_have_text("acknowledged")
    await page.get_by_role("button", name="Shelve", exact=True).click()
    await expect(other.get_by_text("put it aside until")).to_be_visible()
    (stored,) = await asyncio.to_thread(
        look_up, running, "incidents", f"SELECT * FROM c WHERE c.id = '{incident_id}'"
    )
    assert stored["state"] == "acknowledged"
    assert stored["suppression"]["shelf"] is not None
    await page.get_by_role("button", name="Unshelve").click()
    await expect(other.get_by_text("put it aside until")).to_have_count(0)
    judge = page.locator("[data-judge]").first
    await judge.get_by_role("button", name="It was an anomaly…").click()
    await judge.get_by_label("Why").fill("seen on site")
    await judge.get_by_role("button", name="Yes, this was an anomaly").click()
    await expect(other.locator("[data-entry=judged]")).to_contain_text("seen on site")
    labelled = await asyncio.to_thread(
        look_up, running, "settings", "SELECT * FROM c WHERE c.type = 'threshold'"
    )
    assert [set(each["labels"].values()) for each in labelled] == [{"anomaly"}]
    await other.context.close()
    assert errors == []


async def test_what_one_browser_does_about_work_is_stored_and_seen_by_another(
    running: Stack, page: Page, browser: Browser
) -> None:
    other = await browser.new_page()
    errors = watch(other)
    for each in (page, other):
        await open_view(each, door_of(running), f"work?site={SITE}")
    await expect(page.locator("#pause")).to_have_text("Resume")  # the run began paused
    await page.locator("#pause").click()
    await expect(other.locator("#pause")).to_have_text("Pause")
    asked_ms = time.time() * 1_000
    await page.get_by_role("button", name="Run now").click()
    await expect(page.locator("[data-said]").first).to_have_text("A run was asked for.")
    await asyncio.to_thread(
        wait_until, lambda: find_run(running) > asked_ms, within_s=60, what="a run on record"
    )
    for each in (page, other):
        await expect(each.get_by_text("The last run:")).to_be_visible()
    device = str(await choice(page, "Drain").locator("option").nth(1).get_attribute("value"))
    await choice(page, "Drain").select_option(device)
    await page.get_by_role("button", name="Drain…").click()
    await page.get_by_role("button", name=f"Yes, drain {device}").click()
    await expect(other.get_by_text(f"{device} runs nothing")).to_be_visible()
    await page.locator("#pause").click()
    await expect(other.locator("#pause")).to_have_text("Resume")
    settings = await asyncio.to_thread(
        look_up,
        running,
        "settings",
        f"SELECT * FROM c WHERE c.siteId = '{SITE}' AND c.type IN ('optimiser', 'overrides')",
    )
    contents = {each["type"]: each["content"] for each in settings}
    assert contents["optimiser"]["paused"] is True
    assert contents["overrides"]["drained"] == {device: True}
    await other.context.close()
    assert errors == []
