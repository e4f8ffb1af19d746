"""Devices that do not send as often as their profile says: scored where that is honest, or said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clocked import ClockedDevice
from tests.fakes.messages import NOW, RIG, reading_message
from tests.fakes.models import spec_of
from tests.fakes.services import Plant
from tocsin.domain.behaviour.rhythm import BELIEVED_AFTER, BURSTS
from tocsin.domain.messages.telemetry import Envelope


def device_of(plant: Plant) -> dict[str, Any]:
    (device,) = plant.store.all("devices")
    return device


async def score_each(plant: Plant, log: Sequence[Envelope], *, restarts: bool = False) -> None:
    for message in log:
        if restarts:
            plant.restart()
        await plant.score([message])


def scores(plant: Plant) -> list[tuple[int, float | None]]:
    found = sorted(plant.store.all("readings"), key=lambda one: int(one["firstT"]))
    return [pair for one in found for pair in zip(one["t"], one["score"], strict=True)]


def alerts(plant: Plant) -> list[str]:
    found = sorted(plant.store.all("alerts"), key=lambda one: (one["t"], one["type"]))
    return [one["type"] for one in found]


@pytest.mark.parametrize(("period_s", "readings"), [(17, 5), (60, 1), (300, 1), (900, 2)])
async def test_a_device_slower_than_its_profile_is_not_scored_and_says_so(
    period_s: int, readings: int
) -> None:
    plant, device = Plant(), ClockedDevice(period_ms=period_s * 1_000)
    await score_each(plant, device.live(BELIEVED_AFTER + 2, readings))
    device.odd = True
    await score_each(plant, device.live(4, readings))
    told = device_of(plant)
    assert told["score"] is None
    assert told["notScored"]["reason"] == "other-period"
    assert f"every {period_s} s" in told["notScored"]["text"]
    assert plant.live.sent[-1][1]["devices"][0]["notScored"] == told["notScored"]
    assert told["rhythm"]["gapMs"] >= readings * period_s * 1_000
    assert plant.live.sent[-1][1]["devices"][0]["silentAfterMs"] >= 3 * period_s * 1_000


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_missing_sensor_of_a_device_that_is_not_scored_raises_an_alert(
    restarts: bool,
) -> None:
    plant, start = Plant(), NOW - 2 * 3_600_000
    for index in range(60):
        is_out = 25 <= index < 40
        rows = [[float(index), None if is_out else 1.0]]
        message = reading_message(index, [start + 60_000 * index], rows)
        await score_each(plant, [message], restarts=restarts)
        expected = {"heat_c": "missing"} if 25 + RIG.window - 1 <= index < 40 else {}
        assert device_of(plant)["sensors"] == expected
    assert device_of(plant)["notScored"]["reason"] == "other-period"
    assert alerts(plant) == ["raised", "cleared"]
    raised, cleared = sorted(plant.store.all("alerts"), key=lambda alert: int(alert["t"]))
    rule = spec_of(RIG).hysteresis
    assert raised["t"] == start + 60_000 * (25 + RIG.window - 1 + rule.raise_after - 1)
    assert cleared["t"] == start + 60_000 * (40 + rule.clear_after - 1)
    assert (raised["cause"], raised["sensors"]) == ("sensors", {"heat_c": "missing"})
    usual = device_of(plant)["usual"]
    assert (usual["ticks"], usual["readings"]) == (0, 0), "no score was there to learn from"


@pytest.mark.parametrize(("readings", "restarts"), [(1, False), (10, False), (20, True)])
async def test_a_faster_device_is_scored_as_one_of_its_profile_would_be(
    readings: int, restarts: bool
) -> None:
    plant, fast = Plant(), ClockedDevice(period_ms=200)
    await score_each(plant, fast.live(100 // readings + BELIEVED_AFTER, readings))
    begins = fast.now_ms
    log = fast.live(100 // readings, readings)
    fast.odd = True
    log += fast.live(20 // readings, readings)
    fast.odd = False
    log += fast.live(40 // readings, readings)
    await score_each(plant, log, restarts=restarts)
    scored = [(t, score) for t, score in scores(plant) if t > begins and score is not None]
    periods = [t // 1_000 for t, _ in scored]
    assert len(periods) == len(set(periods)), "a reading a period"
    assert len(periods) >= (fast.now_ms - begins) // 1_000 - 1
    assert alerts(plant)[:2] == ["raised", "cleared"]
    assert device_of(plant)["score"] is not None
    firsts = {t // 1_000: (value, t) for value, t in reversed(fast.sent)}
    earliest = begins // 1_000 - RIG.window
    plain, same = Plant(), ClockedDevice(now_ms=fast.now_ms)
    await plain.score(
        [same.send([firsts[period]]) for period in sorted(firsts) if period >= earliest]
    )
    expected = dict(scores(plain))
    assert [score for _, score in scored] == [expected[t] for t, _ in scored]


@dataclass
class Bursts:
    """A device that sends *length* readings, and then nothing for *silence_ms*."""

    device: ClockedDevice
    length: int
    silence_ms: int

    def send(self, bursts: int) -> list[Envelope]:
        found = []
        for _ in range(bursts):
            found += self.device.live(self.length, 1)
            self.device.now_ms += self.silence_ms
        return found


@pytest.mark.parametrize("restarts", [False, True])
async def test_bursts_of_half_a_window_are_scored_with_a_gap_and_raise_one_alert(
    restarts: bool,
) -> None:
    plant = Plant()
    bursts = Bursts(ClockedDevice(excess=80.0), RIG.window - 1, 60_000)
    await score_each(plant, bursts.send(BURSTS + 2), restarts=restarts)
    assert [score is None for _, score in scores(plant)[-5:]] == [True, True, False, False, False]
    assert device_of(plant)["notScored"] is None
    assert alerts(plant) == []
    bursts.device.odd = True
    await score_each(plant, bursts.send(3), restarts=restarts)
    assert alerts(plant) == ["raised"], "nothing clears between bursts"
    bursts.device.odd = False
    await score_each(plant, bursts.send(2), restarts=restarts)
    assert alerts(plant) == ["raised", "cleared"]


async def test_bursts_shorter_than_half_a_window_say_so() -> None:
    plant = Plant()
    await score_each(plant, Bursts(ClockedDevice(), 2, 60_000).send(20))
    told = device_of(plant)
    assert (told["score"], told["notScored"]["reason"]) == (None, "bursts")


async def test_a_device_that_is_warming_up_says_how_far_it_is() -> None:
    plant = Plant()
    await score_each(plant, ClockedDevice().live(2, 2))
    told = device_of(plant)["notScored"]
    assert told["reason"] == "warming-up"
    assert "takes 6 readings in a row; there are 4" in told["text"]


async def test_without_a_model_the_record_says_so() -> None:
    plant = Plant()
    plant.models.by_profile.clear()
    await score_each(plant, ClockedDevice().live(2, 8))
    assert device_of(plant)["notScored"]["reason"] == "no-model"


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([100, 250, 500, 900, 1_000, 1_100, 2_000, 3_000, 17_000, 60_000, 900_000]),
    st.integers(1, 20),
    st.integers(0, 200),
)
async def test_at_any_pace_a_device_is_scored_or_says_why_not(
    period_ms: int, readings: int, jitter_ms: int
) -> None:
    plant, device = Plant(), ClockedDevice(period_ms=period_ms)
    for number in range(2 * BELIEVED_AFTER + 100 // readings):
        device.now_ms += min(jitter_ms * (number % 3), period_ms // 10)
        await plant.score(device.live(1, readings))
        told = device_of(plant)
        assert (told["score"] is None) == (told["notScored"] is not None)
    honest = period_ms <= 2_500
    assert (told["score"] is not None) == honest
    if not honest:
        assert told["notScored"]["reason"] == "other-period"
    assert alerts(plant) == []
