"""The first page in a real browser: live rows, alerts, and coming back after a lost service."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from local.processes import Child
from local.services import Endpoints
from tests.e2e.fake_api import FakeApi, alert, plan, reading, telemetry

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
WITHIN_MS = 20_000

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="no browser: install chromium or name one in CHROMIUM"
    ),
]


@pytest_asyncio.fixture(loop_scope="module")
async def api(endpoints: Endpoints, webpubsub: Child) -> AsyncIterator[FakeApi]:
    fake = FakeApi(endpoints)
    await fake.start()
    yield fake
    await fake.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that fails the test when its script does, or breaks the content policy."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(WITHIN_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: _note_policy(message.text, errors))
    yield page
    await page.context.close()
    assert errors == []


async def test_live_rows_and_alerts(front_door: Child, api: FakeApi, page: Page) -> None:
    await page.goto(front_door.ready["url"])
    await expect(page.locator("#phase")).to_have_text("Live", timeout=WITHIN_MS)
    await api.send(
        telemetry("harbour", reading("m-1", 1.0, temperature_c=41.25, vibration_mm_s=None))
    )
    row = page.locator("[data-device='m-1']")
    await expect(row).to_contain_text("normal", timeout=WITHIN_MS)
    await expect(row).to_contain_text("Electric motor")
    await expect(row.locator(".value").nth(0)).to_have_text("Winding temperature41.25\u202f°C")
    await expect(row.locator(".value").nth(1)).to_have_text(re.compile("^Vibration\u2013"))
    await expect(row.get_by_role("meter")).to_have_attribute("aria-valuenow", "0.25")
    await api.send(telemetry("harbour", reading("m-1", 9.5, temperature_c=41.0)))
    await expect(row).to_contain_text("odd")
    await api.send(alert("harbour", "m-1", "raised"))
    await expect(row).to_have_attribute("data-state", "alert")
    entry = page.locator("#alerts li")
    await expect(entry).to_contain_text("Vibration 80\u202f% · Winding temperature 20\u202f%")
    await expect(page.locator("#count-alerting")).to_have_text("1")
    await api.send(alert("harbour", "m-1", "cleared"))
    await expect(entry).to_have_count(2)
    await expect(entry.first).to_contain_text("cleared")
    await expect(page.locator("#count-alerting")).to_have_text("0")
    await expect(page.locator("#count-messages")).to_have_text("4")
    assert set(api.principals) == {"Local operator"}


async def test_what_was_known_before_is_shown_at_once(
    front_door: Child, api: FakeApi, page: Page
) -> None:
    api.devices = [
        known("m-10", "harbour", alert=None),
        known("m-9", "harbour", alert=alert("harbour", "m-9", "raised")["alert"]),
        known("m-11", "mill", alert=None),
    ]
    await page.goto(front_door.ready["url"])
    await expect(page.locator("#rows tr")).to_have_count(2)
    await expect(page.locator("#rows .device")).to_have_text(["m-9", "m-10"])
    await expect(page.locator("[data-device='m-9']")).to_contain_text("alert")
    await expect(page.locator("#alerts li")).to_have_count(1)
    await page.get_by_label("Site").select_option("mill")
    await expect(page.locator("#rows .device")).to_have_text(["m-11"])
    await expect(page.locator("#alerts li")).to_have_count(0)
    assert page.url.endswith("?site=mill")


async def test_it_comes_back_after_the_service_was_killed(
    webpubsub: Child, front_door: Child, api: FakeApi, page: Page
) -> None:
    await page.goto(front_door.ready["url"])
    phase = page.locator("#phase")
    await expect(phase).to_have_text("Live", timeout=WITHIN_MS)
    await api.send(telemetry("harbour", reading("m-1", 1.0)))
    await expect(page.locator("[data-device='m-1']")).to_be_visible(timeout=WITHIN_MS)
    webpubsub.kill()
    await expect(phase).to_have_text("Reconnecting", timeout=WITHIN_MS)
    await expect(page.locator("#phase-detail")).to_contain_text("stale since")
    missed = alert("harbour", "m-1", "raised")["alert"]
    api.alerts = [{**missed, "open": False, "clearedAt": missed["t"] + 5}]
    await asyncio.to_thread(webpubsub.start)
    await expect(phase).to_have_text("Live", timeout=WITHIN_MS)
    await api.send(telemetry("harbour", reading("m-2", 1.0)))
    await expect(page.locator("[data-device='m-2']")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.locator("[data-device='m-1']")).to_be_visible()
    # What was raised and cleared meanwhile is read, and is there once however often it comes.
    await expect(page.locator("#alerts li")).to_have_count(2)
    await api.send({"type": "alert", "siteId": "harbour", "alert": missed})
    await api.send(telemetry("harbour", reading("m-3", 1.0)))
    await expect(page.locator("[data-device='m-3']")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.locator("#alerts li")).to_have_count(2)


async def test_names_are_never_taken_for_markup(
    front_door: Child, api: FakeApi, page: Page
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    await page.goto(front_door.ready["url"])
    await expect(page.locator("#phase")).to_have_text("Live", timeout=WITHIN_MS)
    await api.send({"type": "telemetry", "siteId": "harbour", "devices": "not a list"})
    await api.send(telemetry("harbour", reading(evil, None)))
    await api.send(alert("harbour", evil, "raised", contributions={evil: 1.0}))
    await expect(page.locator("#rows .device")).to_have_text([evil])
    await expect(page.locator("#alerts .causes")).to_have_text([f"{evil} 100\u202f%"])
    assert await page.locator("img").count() == 0


async def test_why_each_task_moved_and_whether_devices_obey(
    front_door: Child, api: FakeApi, page: Page
) -> None:
    api.plan = plan(6, migrations=[])
    await page.goto(front_door.ready["url"])
    line = page.locator("#plan")
    await expect(line).to_contain_text("Plan 6", timeout=WITHIN_MS)
    await api.send({"type": "plan", "siteId": "harbour", "plan": plan(7)})
    await expect(line).to_have_text("Plan 7 · alert of cell-1 · 0 of 2 devices confirmed")
    entry = page.locator("#moves li")
    await expect(entry).to_contain_text("path-01")
    await expect(entry).to_contain_text("cell-1 → cell-2")
    await expect(entry.locator(".causes")).to_contain_text("it is in alert")
    confirmed = {name: {"state": "confirmed"} for name in ("cell-1", "cell-2")}
    await api.send({"type": "plan", "siteId": "harbour", "plan": plan(7, deliveries=confirmed)})
    await expect(line).to_contain_text("2 of 2 devices confirmed")
    await expect(entry).to_have_count(1)


async def test_an_operator_pauses_and_resumes(front_door: Child, api: FakeApi, page: Page) -> None:
    await page.goto(front_door.ready["url"])
    button, note = page.locator("#pause"), page.locator("#work-note")
    await expect(button).to_have_text("Pause", timeout=WITHIN_MS)
    await button.click()
    await expect(button).to_have_text("Resume")
    await expect(note).to_have_text("paused: nothing is moved")
    await api.send(
        {"type": "settings", "siteId": "harbour", "kind": "optimiser", "setting": {"paused": False}}
    )
    await expect(button).to_have_text("Pause")
    assert api.patches == [("harbour", {"paused": True})]


async def test_a_viewer_is_told_that_only_operators_pause(
    front_door: Child, api: FakeApi, page: Page
) -> None:
    url = front_door.ready["url"]
    await page.goto(f"{url}.auth/login/local?role=viewer")
    button = page.locator("#pause")
    await expect(button).to_have_text("Pause", timeout=WITHIN_MS)
    await button.click()
    await expect(page.locator("#work-note")).to_contain_text("not signed in as someone who may")
    assert api.patches == []


async def test_someone_signed_out_is_told_so(front_door: Child, api: FakeApi, page: Page) -> None:
    url = front_door.ready["url"]
    await page.goto(f"{url}.auth/logout")
    detail = page.locator("#phase-detail")
    await expect(detail).to_contain_text("you are not signed in", timeout=WITHIN_MS)
    await page.goto(f"{url}.auth/login/local?role=viewer")
    await expect(page.locator("#phase")).to_have_text("Live", timeout=WITHIN_MS)
    assert set(api.principals) == {None, "Local viewer"}


@pytest.mark.parametrize(("width", "height"), [(320, 640), (768, 900), (3840, 2160)])
async def test_nothing_is_cut_off_at_any_width(
    front_door: Child, api: FakeApi, page: Page, width: int, height: int
) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    api.devices = [
        known("a-device-with-a-rather-long-name-0001", "harbour", alert=None),
        known("m-2", "harbour", alert=alert("harbour", "m-2", "raised")["alert"]),
    ]
    await page.goto(front_door.ready["url"])
    await expect(page.locator("#rows tr")).to_have_count(2)
    overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0


def known(device_id: str, site_id: str, *, alert: dict[str, Any] | None) -> dict[str, Any]:
    """A device document (docs/formats.md)."""
    seen = reading(device_id, 9.0 if alert else 1.5, temperature_c=40.0, vibration_mm_s=2.0)
    return {
        "id": device_id, "deviceId": device_id, "siteId": site_id, "profile": "motor",
        "lastT": seen["t"], "lastSeq": 3, "latest": seen["values"], "score": seen["score"],
        "threshold": 4.0, "anomalous": seen["anomalous"], "alert": alert, "modelVersion": "1-test",
    }  # fmt: skip


def _note_policy(text: str, errors: list[str]) -> None:
    if "Content Security Policy" in text:
        errors.append(text)
