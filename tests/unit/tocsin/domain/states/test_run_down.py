"""What is odd waits while a machine may be running down, and for no longer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.unit.tocsin.domain.judging.quick_rules import rule
from tocsin.domain.judging.chosen import decide_chosen
from tocsin.domain.judging.decisions import Called, Standing, decide
from tocsin.domain.states.run_down import LONGEST, Course
from tocsin.domain.windows.window import History

WINDOW, PERIOD_MS = 32, 1_000
NAN = float("nan")


def make_course(
    activity: list[float], *, before: int = 0, window: int = WINDOW, period_ms: int = PERIOD_MS
) -> Course:
    """That of *activity*, its first *before* readings from earlier messages."""
    values = np.array(activity, dtype=np.float32)[:, np.newaxis]
    times = np.arange(len(activity), dtype=np.int64) * period_ms
    history = History(times[:before], values[:before])
    return Course(history, times[before:], values[before:], 0, period_ms, window)


def list_patience(course: Course) -> list[int]:
    return [course.find_patience(index) for index in range(len(course.times))]


def run_down(n: int, *, band: float = 0.0) -> list[float]:
    """From 2.0, an eighth less each reading; shown as it changes by *band*."""
    shown, activity = 2.0, []
    for value in (2.0 * 0.875**at for at in range(1, n + 1)):
        shown = value if abs(shown - value) >= band else shown
        activity.append(shown)
    return activity


def test_at_work_nothing_waits() -> None:
    wave = [2.0 + 0.1 * (at % 7) for at in range(90)]
    assert list_patience(make_course(wave)) == [0] * 90


def test_what_falls_on_waits_whether_fine_or_held() -> None:
    for band in (0.0, 0.3):
        found = list_patience(make_course([2.0] * 40 + run_down(20, band=band)))
        assert found[:40] == [0] * 40
        assert found[43:] == [LONGEST] * 17


def test_one_low_reading_or_a_missing_one_is_no_fall() -> None:
    lows = [2.0] * 40 + [1.0, 2.0, 1.0, NAN, NAN, NAN]
    assert list_patience(make_course(lows))[:42] == [0] * 42
    assert list_patience(make_course(lows))[44:] == [0, 0]
    assert list_patience(make_course([NAN] * 60)) == [0] * 60


@given(st.floats(0, 1.9), st.integers(25, 60))
def test_a_fall_to_another_level_is_over_soon(level: float, at: int) -> None:
    found = list_patience(make_course([2.0] * at + [level] * 40))
    assert not any(found[:at])
    assert not any(found[at + LONGEST + 1 :])


def test_a_fall_is_no_longer_than_a_third_of_a_short_window() -> None:
    found = list_patience(make_course([2.0] * 10 + run_down(10), window=6))
    assert max(found) == 2


def test_in_periods_not_in_seconds_and_not_in_readings() -> None:
    activity = [2.0] * 40 + run_down(20)
    slow = make_course(activity, period_ms=60_000)
    assert list_patience(slow) == list_patience(make_course(activity))
    times = np.arange(len(activity), dtype=np.int64) * 5_000
    values = np.array(activity, dtype=np.float32)[:, np.newaxis]
    rare = Course(History(times[:0], values[:0]), times, values, 0, PERIOD_MS, 64)
    assert max(list_patience(rare)) == 2, "so many of it come within ten periods"


@given(st.lists(st.floats(0, 2, width=16), min_size=2, max_size=120), st.data())
def test_it_is_the_same_wherever_a_message_begins(
    activity: list[float], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(activity) - 1))
    whole = list_patience(make_course(activity))
    assert list_patience(make_course(activity, before=cut)) == whole[cut:]
    chosen = [index for index in range(len(activity)) if index % 3 == 0]
    course = make_course(activity).choose(chosen)
    assert [course.find_patience(at) for at in range(len(chosen))] == [whole[at] for at in chosen]


def find_raised(scores: list[float], course: Course | None) -> list[int]:
    times = range(0, PERIOD_MS * len(scores), PERIOD_MS)
    found = decide(Standing(), rule(), times, scores, sensors_out=None, course=course)
    return [index for index, change in found.changes if change == "raised"]


@given(
    st.lists(st.sampled_from([0.5, 3.0]), min_size=40, max_size=40),
    st.lists(st.floats(0, 2), min_size=80, max_size=80),
)
def test_what_lasts_is_called_and_no_more_than_ten_periods_late(
    scores: list[float], activity: list[float]
) -> None:
    scores = [*scores, *[3.0] * 40]
    course = make_course(activity)
    (first, *_), (waited, *_) = find_raised(scores, None), find_raised(scores, course)
    assert waited >= first
    lasts = all(score > 1 for score in scores[first : first + LONGEST + 1])
    assert not lasts or waited <= first + LONGEST


def find_run(scores: list[float], chosen: NDArray[np.bool_], anew: set[int]) -> tuple[int, bool]:
    called = Called([0.0] * len(scores), frozenset(), frozenset(anew))
    times = range(0, PERIOD_MS * len(scores), PERIOD_MS)
    found = decide_chosen(
        Standing(), rule(), times, scores, chosen=chosen, sensors_out=None, called=called
    )
    return found.standing.alert.run, bool(found.changes)


def test_what_was_odd_before_a_machine_stood_still_counts_no_more() -> None:
    at_rest = np.array([True, False, False, True])
    odd = rule().hysteresis.raise_after == 2
    assert odd, "two in a row raise an alert"
    assert find_run([3.0, NAN, NAN, 3.0], at_rest, set()) == (0, True)
    assert find_run([3.0, NAN, NAN, 3.0], at_rest, {1}) == (1, False)
    assert find_run([3.0, NAN, NAN], at_rest[:3], {1}) == (0, False)
    assert find_run([NAN, NAN], at_rest[1:3], {0}) == (0, False)
