"""Worse counts at once, better after patience, and patience grows."""

from __future__ import annotations

from tests.fakes.messages import NOW
from tests.unit.tocsin.workshops import state
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.watch import HOUR_MS, Watch
from tocsin.domain.work import Sample, Work
from tocsin.planning.inputs.twins import Capacity, EdgeDevice
from tocsin.planning.inputs.watching import ODD, PATIENCE, TaskLoad, watch_device, watch_silence

CELL = EdgeDevice("cell-1", Capacity(100.0, 12.0, 22.0), frozenset())
LOAD_PCT = 20.0


def record(now_ms: int, speed: float = 1.0, *, answer_ms: float | None = None) -> DeviceRecord:
    use = (LOAD_PCT + 9.0) / speed
    answer = answer_ms or 22.0 / speed / (1.0 - use / 100.0)
    samples = tuple(Sample(now_ms - 5_000 * k, use, answer) for k in (2, 1, 0))
    work = Work(1_000, 5_000, samples)
    return state("cell-1", now_ms, work=work.to_document())


def watch(before: Watch, seconds: int, speed: float = 1.0) -> Watch:
    now_ms = NOW + 1_000 * seconds
    return watch_device(CELL, record(now_ms, speed), before, TaskLoad(LOAD_PCT), now_ms).watch


def test_worse_counts_at_once_and_better_after_patience() -> None:
    slow = watch(watch(Watch(), 0), 15, speed=0.4)
    assert slow.speed == 0.4
    waiting = watch(slow, 30)
    assert (waiting.speed, waiting.better_since) == (0.4, NOW + 30_000)
    assert watch(waiting, 30 + PATIENCE - 1).speed == 0.4
    assert watch(waiting, 30 + PATIENCE).speed == 1.0


def test_a_device_that_comes_and_goes_is_waited_for_longer_each_time() -> None:
    found, seconds, waits = watch(Watch(), 0), 0, []
    for _ in range(4):
        seconds += 15
        found = watch(found, seconds, speed=0.4)
        begin = seconds
        while found.speed < 1.0:
            seconds += 15
            found = watch(found, seconds)
        waits.append(seconds - begin)
    assert waits == sorted(waits)
    assert waits[-1] >= 8 * PATIENCE
    seconds += HOUR_MS // 1_000
    assert watch(found, seconds).relapses == (), "an hour later it has a clean slate"


def test_a_little_worse_counts_but_costs_no_patience() -> None:
    slow = watch(watch(Watch(), 0), 15, speed=0.4)
    slower = watch(slow, 30, speed=0.34)
    assert slower.speed == 0.34
    assert slower.relapses == slow.relapses == (NOW + 15_000,)


def test_a_device_that_becomes_slow_is_not_the_less_busy_for_it() -> None:
    """What slows it shows at once, the use that follows from it some readings later."""
    usual = watch(Watch(), 0)
    assert usual.background_pct == 9.0
    now_ms = NOW + 5_000
    use = 45.0  # of it the tasks alone take 50 at this speed
    answer = 22.0 / 0.4 / (1.0 - use / 100.0)
    samples = (Sample(now_ms, use, answer),)
    begun = state("cell-1", now_ms, work=Work(1_000, 5_000, samples).to_document())
    slow = watch_device(CELL, begun, usual, TaskLoad(LOAD_PCT), now_ms).watch
    assert (slow.speed, slow.background_pct) == (0.4, 9.0)


def test_noise_changes_nothing() -> None:
    first = watch(Watch(), 0)
    assert watch(first, 15, speed=0.99) == first


def test_a_contradiction_counts_only_if_it_goes_on() -> None:
    found = watch(Watch(), 0)
    for seconds in (15, 30, 15 + ODD - 1):
        now_ms = NOW + 1_000 * seconds
        odd = record(now_ms, answer_ms=140.0)
        watched = watch_device(CELL, odd, found, TaskLoad(LOAD_PCT), now_ms)
        found = watched.watch
        assert watched.closed
        assert watched.measured is None
        assert found.speed == 1.0
    now_ms = NOW + 1_000 * (15 + ODD)
    late = watch_device(CELL, record(now_ms, answer_ms=140.0), found, TaskLoad(LOAD_PCT), now_ms)
    assert late.watch.speed < 0.4, "it is late all the same"


def heard(quiet_s: float, message_ms: int = 5_000) -> DeviceRecord:
    work = Work(1_000, message_ms).to_document()
    return state("cell-1", NOW, enqueuedAt=round(NOW - 1_000 * quiet_s), work=work)


def test_silence_is_judged_by_the_devices_own_rhythm() -> None:
    assert watch_silence(Watch(), heard(31), 30_000, NOW).silent
    assert not watch_silence(Watch(), heard(100, message_ms=40_000), 30_000, NOW).silent
    assert watch_silence(Watch(), heard(121, message_ms=40_000), 30_000, NOW).silent


def test_who_comes_back_is_waited_for_longer_the_next_time() -> None:
    back = watch_silence(Watch(silent=True), heard(1), 30_000, NOW)
    assert (back.silent, back.returns) == (False, (NOW,))
    assert not watch_silence(back, heard(59), 30_000, NOW).silent
    assert watch_silence(back, heard(61), 30_000, NOW).silent
    assert watch_silence(Watch(silent=True), heard(31), 30_000, NOW).silent
