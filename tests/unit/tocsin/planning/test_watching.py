"""Worse counts at once, better after patience, and patience grows."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.unit.tocsin.workshops import state
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.work import Sample, Work
from tocsin.domain.plans.watch import HOUR_MS, Watch
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


def fill(load: float, use: float, answer_ms: float, count: int = 3) -> Work:
    """What a device shows under *load*, newest at NOW + 15 s."""
    at = NOW + 15_000
    return Work(
        1_000, 5_000, tuple(Sample(at - 5_000 * k, use, answer_ms) for k in reversed(range(count)))
    )


def look(before: Watch, work: Work, load: TaskLoad) -> Watch:
    shown = state("cell-1", NOW + 15_000, work=work.to_document())
    return watch_device(CELL, shown, before, load, NOW + 15_000).watch


def test_answers_a_little_late_are_no_slowness_where_the_processor_is_no_busier() -> None:
    """A device whose service takes 26 ms, not 22, with 71 % of tasks that it answers in time: as
    slow as .84 it would count for less than it carries, and lose them."""
    usual = watch(Watch(), 0)
    found = look(usual, fill(71.0, 80.0, 26.2 / 0.2), TaskLoad(71.0))
    assert (found.speed, found.background_pct) == (1.0, 9.0)


def test_a_slow_processor_is_slow_by_its_use() -> None:
    usual = watch(Watch(), 0)
    slow = look(usual, fill(60.0, 86.2, 27.5 / 0.138), TaskLoad(60.0))
    assert slow.speed == 0.8


def test_what_is_slightly_late_just_after_a_change_of_tasks_is_no_slowness() -> None:
    """One sample of five readings, before the processor has settled."""
    usual = watch(Watch(), 0)
    load = TaskLoad(60.0, since=NOW + 9_000)
    assert look(usual, fill(60.0, 68.0, 82.0, count=1), load).speed == 1.0
    assert look(usual, fill(60.0, 80.0, 200.0, count=1), load).speed < 0.7, "much slower counts"


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


STEPS = st.lists(st.tuples(st.integers(1, 400), st.sampled_from([0.2, 0.4, 0.7, 1.0])), max_size=60)


@given(STEPS, st.integers(0, 60))
def test_whatever_a_device_does_it_counts_as_better_only_after_ever_longer_patience(
    steps: list[tuple[int, float]], restart: int
) -> None:
    found, seconds = watch(Watch(), 0), 0
    worse, better = 0, list[int]()
    for number, (passes_s, speed) in enumerate(steps):
        seconds += passes_s
        if number == restart:  # of the process: what is stored is all that is known
            found = Watch.from_document(json.loads(json.dumps(found.to_document())))
        before, found = found, watch(found, seconds, speed)
        if found.speed < before.speed:
            worse = seconds
        if found.speed > before.speed:
            assert seconds - worse >= PATIENCE
            better.append(seconds)
    for begin in better:
        within = [at for at in better if begin <= at < begin + HOUR_MS // 1_000]
        # Patience doubles with each relapse within an hour, up to sixteen times the first.
        assert len(within) <= 7


@given(st.lists(st.tuples(st.integers(1, 120), st.booleans()), max_size=80))
def test_whoever_comes_and_goes_counts_as_silent_ever_more_rarely(
    steps: list[tuple[int, bool]],
) -> None:
    found, now_ms, heard_at = Watch(), NOW, NOW
    turns = [NOW]
    for passes_s, sends in steps:
        now_ms += 1_000 * passes_s
        heard_at = now_ms if sends else heard_at
        work = Work(1_000, 5_000).to_document()
        device = state("cell-1", now_ms, enqueuedAt=heard_at, work=work)
        before, found = found, watch_silence(found.forget_old(now_ms), device, 30_000, now_ms)
        if found.silent and not before.silent:
            turns.append(now_ms)
    for first, second in itertools.pairwise(turns):
        assert second - first > 30_000
