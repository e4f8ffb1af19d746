"""Event times that cannot be true: refused and said, or placed and marked, by the profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clocked import ClockedDevice
from tests.fakes.messages import NOW, RIG
from tests.fakes.services import Plant
from tocsin.domain.messages.event_times import (
    DAY_MS,
    MAX_AHEAD_MS,
    EventTimes,
    TimeLimits,
    read_times,
)
from tocsin.domain.messages.telemetry import Envelope

PLACING = replace(RIG, event_times=TimeLimits(wrong="place"))
LIMITS = PLACING.event_times


def placing_plant() -> Plant:
    return Plant(profiles={RIG.name: PLACING})


def device_of(plant: Plant) -> dict[str, Any]:
    (device,) = plant.store.all("devices")
    return device


async def score_each(plant: Plant, log: Sequence[Envelope]) -> None:
    for message in log:
        await plant.score([message])


def readings(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("readings"), key=lambda one: int(one["enqueuedAt"]))


@pytest.mark.parametrize(
    ("offset_ms", "reason", "named"),
    [
        (-NOW + 60_000_000, "time-implausible", "not to be set"),
        (10 * 60_000, "time-in-future", "5 minutes ahead"),
        (-9 * DAY_MS, "time-implausible", "7 days behind"),
    ],
)
async def test_a_refused_device_is_heard_and_its_record_says_why(
    offset_ms: int, reason: str, named: str
) -> None:
    plant, device = Plant(), ClockedDevice()
    await score_each(plant, device.live(4))
    known = device_of(plant)
    device.offset_ms = offset_ms
    log = device.live(3)
    await score_each(plant, log[:1])
    await plant.score(log)
    assert set(plant.dead_letters.reasons) == {reason}
    told = device_of(plant)
    assert told["enqueuedAt"] == log[-1].enqueued_at
    assert (told["refused"]["messages"], told["refused"]["reason"]) == (3, reason)
    assert named in told["refused"]["text"]
    assert {**told, "enqueuedAt": 0, "refused": None} == {**known, "enqueuedAt": 0}
    assert plant.live.sent[-1][1]["devices"][0]["remarks"] != []
    assert all(one["firstT"] > NOW - 2 * 50_000_000 for one in plant.store.all("readings"))
    before = plant.store.snapshot()
    plant.restart()
    await plant.score(log)
    assert plant.store.snapshot() == before
    device.offset_ms = 0
    await score_each(plant, device.live(1))
    assert device_of(plant)["refused"] is None


async def test_of_a_device_never_heard_before_the_letter_tells() -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=-NOW + 60_000_000)
    await score_each(plant, device.live(1))
    assert plant.store.all("devices") == []
    assert plant.dead_letters.reasons == ["time-implausible"]


async def test_readings_of_1970_are_placed_by_arrival_and_marked() -> None:
    plant, device = placing_plant(), ClockedDevice()
    await score_each(plant, device.live(8))
    device.seq, device.offset_ms = 0, -device.now_ms
    device.odd = True
    log = device.live(1, readings=5)
    device.odd = False
    log += device.live(9)
    await score_each(plant, log)
    assert plant.dead_letters.reasons == []
    known = device_of(plant)
    assert abs(known["lastT"] - device.now_ms) < 1_000, "the hub's time is its time"
    assert abs(known["clock"]["offsetMs"] - device.now_ms) < 60_000
    placed = readings(plant)[8:]
    assert {one["placing"] for one in placed} == {"arrival"}
    times = [t for one in placed for t in one["t"]]
    assert [b - a for a, b in pairwise(times)].count(1_000) >= len(times) - 11
    assert known["score"] is not None
    before = plant.store.snapshot()
    plant.restart()
    await plant.score(log)
    assert plant.store.snapshot() == before


async def test_a_device_that_reboots_again_and_then_gets_its_clock_is_followed() -> None:
    plant, device = placing_plant(), ClockedDevice()
    for reboots in (False, True, True, False):
        device.seq, device.offset_ms = 0, -device.now_ms if reboots else 0
        await score_each(plant, device.live(6))
        assert abs(device_of(plant)["lastT"] - device.now_ms) < 1_000
    assert device_of(plant)["clock"]["offsetMs"] == 0
    assert "placing" not in readings(plant)[-1]
    assert sum(len(one["t"]) for one in readings(plant)) == len(device.sent)


@pytest.mark.parametrize(
    ("unit", "factor"), [("seconds", 0.001), ("microseconds", 1_000), ("nanoseconds", 1_000_000)]
)
def test_times_in_another_unit_are_converted_where_the_profile_places(
    unit: str, factor: float
) -> None:
    true = [NOW // 1_000 * 1_000 + 1_000 * n for n in range(4)]
    sent = [round(t * factor) for t in true]
    found = read_times(sent, LIMITS, enqueued_at=true[-1] + 40, period_s=1.0)
    assert found == EventTimes(true, unit)  # type: ignore[arg-type]  # one of Placing


def test_a_clock_set_within_a_message_places_what_came_before() -> None:
    sent = [1_000, 2_000, NOW - 1_000, NOW]
    found = read_times(sent, LIMITS, enqueued_at=NOW + 40, period_s=1.0)
    assert found == EventTimes([NOW - 3_000, NOW - 2_000, NOW - 1_000, NOW], "neighbours")
    ahead = [NOW - 1_000, NOW, NOW + 10 * MAX_AHEAD_MS]
    found = read_times(ahead, LIMITS, enqueued_at=NOW + 40, period_s=1.0)
    assert found == EventTimes([NOW - 1_000, NOW, NOW + 1_000], "neighbours")


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, 2**61), min_size=1, max_size=20))
def test_what_is_placed_increases_and_can_be_true(times: set[int]) -> None:
    found = read_times(sorted(times), LIMITS, enqueued_at=NOW, period_s=1.0)
    assert found.times == sorted(set(found.times))
    assert len(found.times) == len(times)
    if found.placing != "arrival":
        assert LIMITS.allow(found.times[-1], NOW)
