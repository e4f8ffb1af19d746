"""What came late from the time of a silence is told in its incident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.messages import NOW, RIG, reading_message
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant

STEP_MS = round(RIG.period_s * 1_000)


@pytest.fixture
async def site() -> IncidentPlant:
    """rig-1 was heard until NOW, and was called silent."""
    made = IncidentPlant()
    for n in range(12, 0, -1):
        await send(made, NOW - n * 5_000)
    await watch(made, 6)
    assert made.only().process.is_active
    return made


async def send(site: IncidentPlant, t: int, readings: int = 4, *, offset_ms: int = 0) -> None:
    """A message of rig-1, taken by the hub now; *offset_ms*: by how much its clock is behind."""
    times = [t - offset_ms + n * STEP_MS for n in range(readings)]
    values = [[1.0 + n % 2 for _ in RIG.channels] for n in range(readings)]
    message = reading_message(t // 1_000 % 100_000, times, values)
    await site.plant.score([replace(message, enqueued_at=site.now_ms)])


async def watch(site: IncidentPlant, minutes: int) -> None:
    functions = functions_of(site.plant.services())
    for _ in range(minutes):
        await functions["watch_silence"](None)
        site.plant.store.now_s = site.now_ms // 1_000
        site.pass_minutes(1)
        await functions["sweep_alerts"](None)
        await functions["tend_incidents"](None)


async def explain(site: IncidentPlant) -> None:
    await functions_of(site.plant.services())["explain_silences"](None)


def told(site: IncidentPlant) -> list[str]:
    return [entry.text for entry in site.only().timeline.entries if entry.what == "explained"]


async def test_readings_that_come_later_explain_the_gap(site: IncidentPlant) -> None:
    await send(site, site.now_ms - 4_000)
    await watch(site, 1)
    assert not site.only().process.is_active
    await explain(site)
    assert told(site) == [], "what ended it was on time"
    for n in range(10):
        await send(site, NOW + 10_000 + n * 5_000)
    await explain(site)
    await explain(site)
    (text,) = told(site)
    assert text.startswith("rig-1: they came later: 40 readings from 20")
    assert site.only().process.sources[0].came_later == 40
    assert len(site.incidents.all()) == 1, "late readings raise nothing"


async def test_it_is_told_again_when_more_came_and_no_more_follow(site: IncidentPlant) -> None:
    await send(site, site.now_ms - 4_000)
    await watch(site, 1)
    for n in range(7):
        await send(site, NOW + 10_000 + n * 5_000)
        await explain(site)
    await explain(site)
    counts = [int(text.split(": ")[2].split()[0]) for text in told(site)]
    assert counts == [4, 8, 16, 28]


async def test_a_clock_that_is_behind_makes_nothing_late() -> None:
    site = IncidentPlant()
    behind_ms = 10 * MINUTE_MS
    for n in range(12, 0, -1):
        await send(site, NOW - n * 5_000, offset_ms=behind_ms)
    await watch(site, 6)
    for _ in range(12):
        await send(site, site.now_ms - 4_000, offset_ms=behind_ms)
        site.pass_minutes(1 / 12)
    await watch(site, 1)
    assert not site.only().process.is_active
    await explain(site)
    assert told(site) == []


async def test_what_comes_after_the_incident_was_settled_is_told_too(site: IncidentPlant) -> None:
    for _ in range(22):
        await send(site, site.now_ms - 4_000)
        await watch(site, 1)
    assert not site.only().is_live
    await send(site, NOW + 10_000)
    for _ in range(12):
        await explain(site)
    assert len(told(site)) == 1
    await watch(site, 2)
    assert not site.only().is_live
    assert site.only().handling.state == "closed"
