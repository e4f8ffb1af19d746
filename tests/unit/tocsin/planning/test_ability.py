"""Speed and background, from answers and processor use as a workcell's physics make them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.domain.devices.work import Sample, Work
from tocsin.planning.inputs.ability import Measured, believe_answer, measure_ability
from tocsin.planning.inputs.twins import Capacity, EdgeDevice

SERVICE_MS = 22.0


def device() -> EdgeDevice:
    return EdgeDevice("cell-1", Capacity(100.0, 12.0, SERVICE_MS), frozenset())


def work(cpu_pct: float, answer_ms: float | None, count: int = 3) -> Work:
    times = [NOW - 5_000 * index for index in reversed(range(count))]
    return Work(1_000, 5_000, tuple(Sample(t, cpu_pct, answer_ms) for t in times))


def measure(load: float, background: float, speed: float = 1.0, at: int = 0) -> Measured:
    """What a device of so much *speed* shows under *load* and *background*."""
    use = min((load + background) / speed, 99.5)
    answer = SERVICE_MS / speed / (1.0 - min(use / 100.0, 0.95))
    found = measure_ability(device(), work(use, answer), load, since=at)
    assert found is not None
    return found


@given(st.floats(0.0, 60.0), st.floats(0.0, 30.0), st.sampled_from([0.3, 0.4, 0.5, 0.7, 0.8, 1.0]))
def test_what_a_device_is_shows_in_what_it_measures(
    load: float, background: float, speed: float
) -> None:
    if (load + background) / speed > 94.0:
        return
    found = measure(load, background, speed)
    assert found.odd == ""
    assert found.speed == pytest.approx(speed, abs=0.006)
    assert found.background_pct == pytest.approx(background, abs=1.0)


def test_a_slow_processor_shows_under_no_load_at_all() -> None:
    assert measure(0.0, 9.0, 0.4).speed == 0.4


def test_an_overloaded_device_has_more_background_than_shows() -> None:
    found = measure(38.0, 69.0)
    assert (found.speed, found.odd) == (1.0, "")
    assert found.background_pct is not None
    assert found.background_pct > 99.5 - 38.0
    assert "over 100 % use" in found.basis or "over 99" in found.basis


def test_speed_counts_at_once_and_background_when_the_load_has_settled() -> None:
    found = measure(30.0, 9.0, 0.4, at=NOW - 20_000)
    assert (found.speed, found.background_pct) == (0.4, None)
    assert measure_ability(device(), work(40.0, 40.0), 0.0, since=NOW - 4_000) is None


def test_readings_that_contradict_each_other_are_named() -> None:
    late = measure_ability(device(), work(48.0, 140.0), 40.0)
    assert late is not None
    assert "not busy" in late.odd
    busy = measure_ability(device(), work(99.5, 40.0), 40.0)
    assert busy is not None
    assert "sooner than so busy a processor can" in busy.odd


def test_what_goes_on_contradicting_itself_is_judged_by_its_answers() -> None:
    busy = measure_ability(device(), work(99.5, 44.0), 40.0)
    assert busy is not None
    assert believe_answer(busy, device(), 40.0).background_pct == 10.0
    late = measure_ability(device(), work(48.0, 140.0), 40.0)
    assert late is not None
    assert believe_answer(late, device(), 40.0).speed < 0.4


def test_what_has_just_begun_is_foreseen() -> None:
    """A programme of 60 % beside 40 % of tasks, ten readings after it began."""
    samples = tuple(
        Sample(NOW - 5_000 * ago, use, SERVICE_MS / (1.0 - use / 100.0))
        for ago, use in ((2, 49.0), (1, 64.0), (0, 82.0))
    )
    found = measure_ability(device(), Work(1_000, 5_000, samples), 40.0)
    assert found is not None
    assert (found.speed, found.odd) == (1.0, "")
    assert found.background_pct is not None
    assert found.background_pct > 55.0


def test_what_goes_on_rising_is_foreseen_too() -> None:
    """The median of a rise is what was long ago."""
    samples = tuple(
        Sample(NOW - 5_000 * ago, use, SERVICE_MS / (1.0 - use / 100.0))
        for ago, use in ((2, 65.6), (1, 84.6), (0, 92.0))
    )
    found = measure_ability(device(), Work(1_000, 5_000, samples), 40.0)
    assert found is not None
    assert found.background_pct is not None
    assert found.background_pct > 58.0


def test_a_rise_that_is_over_is_not_foreseen() -> None:
    samples = tuple(
        Sample(NOW - 5_000 * ago, use, 90.0) for ago, use in ((2, 60.0), (1, 75.0), (0, 76.0))
    )
    found = measure_ability(device(), Work(1_000, 5_000, samples), 40.0)
    assert found is not None
    assert found.background_pct == 35.0


def test_a_slow_processor_is_seen_in_its_first_sample() -> None:
    before, after = Sample(NOW - 5_000, 49.0, 43.0), Sample(NOW, 75.0, 55.0 / 0.25)
    found = measure_ability(device(), Work(1_000, 5_000, (before, after)), 40.0)
    assert found is not None
    assert found.speed == 0.4


def test_a_processor_alone_tells_the_background() -> None:
    found = measure_ability(device(), work(75.0, None), 40.0)
    assert found is not None
    assert (found.speed, found.background_pct, found.answer_ms) == (1.0, 35.0, None)
