"""Clocks that step, devices that restart, repeat themselves, or send what is old first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clocked import ClockedDevice
from tests.fakes.messages import NOW
from tests.fakes.services import Plant
from tocsin.domain.behaviour.device_clock import REPEATS_AFTER, RUNS_AFTER
from tocsin.domain.messages.telemetry import Envelope

AHEAD_MS = 4 * 60_000


async def score_each(plant: Plant, log: Sequence[Envelope]) -> None:
    for message in log:
        await plant.score([message])


def device_of(plant: Plant) -> dict[str, Any]:
    (device,) = plant.store.all("devices")
    return device


def stored_values(plant: Plant) -> Counter[float]:
    """How often each reading is stored; its value names it."""
    return Counter(
        value for one in plant.store.all("readings") for value in one["channels"]["speed_rpm"]
    )


def changes(plant: Plant) -> list[str]:
    return [one["type"] for one in sorted(plant.store.all("alerts"), key=lambda one: one["id"])]


async def test_a_clock_put_right_is_heard_at_once_and_believed_after_a_few_messages() -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=AHEAD_MS)
    await score_each(plant, device.live(40))
    device.offset_ms = 0
    shown = len(plant.live.sent)
    for number in range(1, 9):
        (message,) = device.live(1)
        await plant.score([message])
        known = device_of(plant)
        assert known["enqueuedAt"] == message.enqueued_at, "a heartbeat, whatever its event time"
        assert (known["lastT"] == device.sent[-1][1]) == (number >= RUNS_AFTER)
        assert len(plant.live.sent) == shown + number
    assert known["clock"]["since"] > 0
    assert AHEAD_MS - 20_000 < known["clock"]["stepMs"] < AHEAD_MS + 20_000
    assert stored_values(plant) == Counter(value for value, _ in device.sent)


async def test_a_fault_after_a_step_back_raises_and_clears_its_alert() -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=AHEAD_MS)
    await score_each(plant, device.live(10))
    device.offset_ms = 0
    await score_each(plant, device.live(6))
    device.odd = True
    await score_each(plant, device.live(1, readings=3))
    assert changes(plant) == ["raised"]
    device.odd = False
    await score_each(plant, device.live(4))
    assert device_of(plant)["alert"] is None
    assert changes(plant).count("raised") == changes(plant).count("cleared")


async def test_an_alert_from_before_a_step_clears_and_the_next_is_not_held_up() -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=AHEAD_MS)
    await score_each(plant, device.live(5))
    device.odd = True
    await score_each(plant, device.live(1, readings=3))
    assert changes(plant) == ["raised"]
    device.offset_ms, device.odd = 0, False
    await score_each(plant, device.live(8))
    assert device_of(plant)["alert"] is None


@pytest.mark.parametrize("restarts", [False, True])
async def test_windows_after_a_step_hold_nothing_from_before_it(restarts: bool) -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=20_000)
    await score_each(plant, device.live(6))
    device.offset_ms = 0
    for message in device.live(12):
        if restarts:
            plant.restart()
        await plant.score([message])
    alone, same = Plant(), ClockedDevice()
    same.measure(30)
    same.now_ms += 6
    same.live(RUNS_AFTER - 1)
    await score_each(alone, same.live(12 - RUNS_AFTER + 1))
    found = sorted(plant.store.all("readings"), key=lambda one: one["enqueuedAt"])
    expected = sorted(alone.store.all("readings"), key=lambda one: one["enqueuedAt"])
    begun = found[6 + RUNS_AFTER - 1 :]
    assert [one["score"] for one in begun] == [one["score"] for one in expected]


async def test_a_message_delivered_again_after_a_step_belongs_where_it_did() -> None:
    plant, device = Plant(), ClockedDevice(offset_ms=AHEAD_MS)
    log = device.live(8)
    device.offset_ms = 0
    log += device.live(8)
    await score_each(plant, log)
    before = plant.store.snapshot()
    for fresh in (False, True):
        if fresh:
            plant.restart()
        await plant.score(log[:11])
        await score_each(plant, log)
    assert plant.store.snapshot() == before


async def test_readings_sent_again_under_new_numbers_are_stored_once() -> None:
    plant, device = Plant(), ClockedDevice()
    parts = device.backlog(6, readings=10)
    await score_each(plant, [device.send(part) for part in parts])
    device.seq = 0
    again = [device.send(part) for part in parts[3:]]
    await score_each(plant, again)
    assert stored_values(plant) == Counter({value for value, _ in device.sent})
    known = device_of(plant)
    assert known["enqueuedAt"] == again[-1].enqueued_at
    assert known["clock"]["since"] == 0, "what is known already speaks for no step"
    await score_each(plant, device.live(1))
    assert device_of(plant)["score"] is not None


@pytest.mark.parametrize("overlap", [1, 20])
async def test_of_messages_that_overlap_the_new_part_is_on_time(overlap: int) -> None:
    plant, device = Plant(), ClockedDevice()
    every: list[tuple[float, int]] = []
    for _ in range(12):
        every += device.measure(5)
        outcome = await plant.score([device.send(every[-5 - overlap :])])
        assert (outcome.late, outcome.messages) == (0, 1)
        assert device_of(plant)["lastT"] == every[-1][1]
    assert stored_values(plant) == Counter(value for value, _ in every)
    plain, same = Plant(), ClockedDevice()
    await score_each(plain, [same.send(every[at : at + 5]) for at in range(0, 60, 5)])
    scores = [
        [score for one in _by_time(found) for score in one["score"]] for found in (plant, plain)
    ]
    assert scores[0] == scores[1]


async def test_sliding_windows_ask_the_database_nothing() -> None:
    plant, device = Plant(), ClockedDevice()
    every = device.measure(5)
    await plant.score([device.send(every)])
    reads = plant.store.reads
    for _ in range(6):
        every += device.measure(2)
        await plant.score([device.send(every[-5:])])
    assert plant.store.reads == reads


@pytest.mark.parametrize("order", ["newest first", "shuffled"])
async def test_a_backlog_in_one_batch_raises_its_alert_in_any_order(order: str) -> None:
    plant, device = Plant(), ClockedDevice()
    await score_each(plant, device.live(4))
    parts = device.backlog(4)
    device.odd = True
    parts += device.backlog(1)
    device.odd = False
    parts += device.backlog(4)
    parts = parts[::-1] if order == "newest first" else parts[1::2] + parts[::2]
    await plant.score([device.send(part) for part in parts])
    assert "raised" in changes(plant)
    assert plant.store.all("readings")[-1].get("epoch") is None
    assert stored_values(plant) == Counter(value for value, _ in device.sent)


async def test_a_backlog_newest_first_message_by_message_is_late_and_no_step() -> None:
    plant, device = Plant(), ClockedDevice()
    await score_each(plant, device.live(4))
    newest_t = 0
    for part in reversed(device.backlog(20)):
        newest_t = max(newest_t, part[-1][1])
        await plant.score([device.send(part)])
        assert device_of(plant)["lastT"] == newest_t
    assert changes(plant) == []
    await score_each(plant, device.live(1))
    assert device_of(plant)["clock"] is None
    assert stored_values(plant) == Counter(value for value, _ in device.sent)


async def test_a_coarse_sensor_does_not_hide_a_step_to_times_that_are_known() -> None:
    plant, device = Plant(), ClockedDevice()
    readings = [(20.5, t) for _, t in device.measure(200)]
    await score_each(plant, [device.send(readings[at : at + 5]) for at in range(0, 200, 5)])
    device.offset_ms = -100_040
    for _ in range(REPEATS_AFTER + 1):
        part = [(20.5, t) for _, t in device.measure(5)]
        device.offset_ms -= 1
        await plant.score([device.send(part)])
    assert device_of(plant)["lastT"] == part[-1][1]


async def test_a_recording_played_again_with_its_times_becomes_the_new_now() -> None:
    plant, device = Plant(), ClockedDevice()
    await score_each(plant, device.live(10))
    device.offset_ms = -60_000
    device.odd = True
    await score_each(plant, device.live(8))
    assert device_of(plant)["lastT"] == device.sent[-1][1]
    assert stored_values(plant) == Counter(value for value, _ in device.sent)


@pytest.mark.parametrize("at_once", [False, True])
async def test_what_a_device_repeats_right_after_its_clock_stepped_is_stored_once(
    at_once: bool,
) -> None:
    plant, device = Plant(), ClockedDevice()
    log = device.live(1, readings=1)
    device.offset_ms = -600_000
    log += device.live(2, readings=1)
    # The third message behind what is known tells of the step, and repeats the second.
    log.append(device.send([device.sent[-1], *device.measure(1)]))
    log.append(device.send([*device.sent[-3:-2], device.sent[-1]]))
    await (plant.score(log) if at_once else score_each(plant, log))
    assert stored_values(plant) == Counter({value for value, _ in device.sent})
    assert device_of(plant)["clock"]["since"] == log[3].enqueued_at
    assert device_of(plant)["lastT"] == device.sent[-1][1]
    before = plant.store.snapshot()
    await score_each(plant, log)
    assert plant.store.snapshot() == before


def _by_time(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("readings"), key=lambda one: int(one["firstT"]))


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[ClockedDevice, list[list[Envelope]]]:
    """Batches of a device whose clock steps, that restarts, repeats and shuffles what it sends."""
    device = ClockedDevice(offset_ms=draw(st.sampled_from([0, AHEAD_MS, -3_600_000])))
    batches: list[list[Envelope]] = []
    kinds = st.sampled_from(["live", "step", "restart", "again", "overlap", "backlog", "silence"])
    for _ in range(draw(st.integers(1, 8))):
        kind, readings = draw(kinds), draw(st.integers(1, 6))
        if kind == "step":
            device.offset_ms += draw(st.sampled_from([-600_000, -7_000, -2_500, 90_000]))
            device.offset_ms = min(device.offset_ms, AHEAD_MS)
        elif kind == "restart":
            device.seq = 0
        elif kind == "silence":
            device.now_ms += draw(st.integers(1_000, 600_000))
        elif kind == "again" and device.sent:
            device.seq = 0
            # What one buffer holds was stamped by one clock.
            known = device.sent[-draw(st.integers(1, 20)) :]
            if _increases(known):
                batches.append([device.send(list(known))])
        elif kind == "overlap" and device.sent:
            known = device.sent[-draw(st.integers(1, 10)) :]
            part = [*known, *device.measure(readings)]
            if _increases(part):
                batches.append([device.send(part)])
        elif kind == "backlog":
            parts = device.backlog(draw(st.integers(1, 6)), readings)
            order = draw(st.permutations(parts))
            sent = [device.send(part) for part in order]
            at_once = draw(st.booleans())
            batches += [sent] if at_once else [[message] for message in sent]
        else:
            batches += [[message] for message in device.live(draw(st.integers(1, 6)), readings)]
    batches += [[message] for message in device.live(8)]
    return device, batches


def _increases(readings: Sequence[tuple[float, int]]) -> bool:
    return all(a[1] < b[1] for a, b in pairwise(readings))


@settings(max_examples=60, deadline=None)
@given(scenarios(), st.data())
async def test_whatever_a_clock_does_each_reading_is_kept_once_and_now_is_found(
    scenario: tuple[ClockedDevice, list[list[Envelope]]], data: st.DataObject
) -> None:
    device, batches = scenario
    plant = Plant()
    restarts = data.draw(st.sets(st.integers(0, len(batches))))
    for index, batch in enumerate(batches):
        if index in restarts:
            plant.restart()
        await plant.score(batch)
        if plant.store.all("devices"):
            assert device_of(plant)["enqueuedAt"] == batch[-1].enqueued_at
    assert stored_values(plant) == Counter({value for value, _ in device.sent})
    known = device_of(plant)
    assert known["lastT"] == device.sent[-1][1], (
        "after a few messages its clock is the device's now"
    )
    assert known["latest"]["speed_rpm"] == device.sent[-1][0]
    assert known["score"] is not None
    before = plant.store.snapshot()
    await plant.score([message for batch in batches for message in batch])
    assert plant.store.snapshot() == before, "what is delivered again changes nothing"
    assert plant.dead_letters.reasons == []
    assert device.now_ms < NOW
