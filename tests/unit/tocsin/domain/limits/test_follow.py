"""Limits are passed and left after so many periods, however the readings are cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.limits.bounds import Bound, LimitStates
from tocsin.domain.limits.follow import Stretch, count_steps, follow_limits

PERIOD_MS = 1_000
NAN = float("nan")


def bound(value: float = 7.0, *, side: str = "high", back: float = 1.0, delay: float = 3) -> Bound:
    return Bound("vibration_mm_s", 0, side, "alarm", value, back, delay, "mm/s")  # type: ignore[arg-type]


def follow(
    values: Sequence[float],
    *bounds: Bound,
    sizes: Sequence[int] = (),
    step_ms: int = PERIOD_MS,
    period_ms: int = PERIOD_MS,
) -> list[tuple[int, str, str]]:
    """(index, bound, change) of every change, the readings cut into messages of *sizes*."""
    cuts = np.cumsum([0, *sizes]).tolist()
    edges = [*(cut for cut in cuts if cut < len(values)), len(values)]
    states: LimitStates = {}
    found: list[tuple[int, str, str]] = []
    last_t = 0
    for start, end in pairwise(edges):
        t = np.arange(start + 1, end + 1) * step_ms
        rows = np.array(values[start:end], dtype=np.float32)[:, np.newaxis]
        stretch = Stretch(t, rows, count_steps(t, last_t, period_ms), "north")
        states, changes = follow_limits(bounds, states, stretch)
        found += [(start + each.index, each.bound.name, each.change) for each in changes]
        last_t = int(t[-1])
    return found


def step_through(values: Sequence[float], limit: Bound) -> list[tuple[int, str, str]]:
    """The same, a reading at a time."""
    sign = 1 if limit.side == "high" else -1
    beyond = inside = 0
    is_open = False
    found = []
    for index, value in enumerate(values):
        if not np.isnan(value):
            above = sign * value > sign * limit.value
            back = sign * value <= sign * limit.value - limit.back
            beyond, inside = (beyond + 1) * above, (inside + 1) * back
        needed = max(limit.delay, 1)
        if not is_open and beyond >= needed and not np.isnan(value):
            is_open, inside = True, 0
            found.append((index, limit.name, "raised"))
        elif is_open and inside >= needed and not np.isnan(value):
            is_open, beyond = False, 0
            found.append((index, limit.name, "cleared"))
    return found


def test_a_limit_calls_after_its_delay_and_clears_once_the_value_is_back() -> None:
    values = [5, 8, 8, 8, 8, 6.5, 6.5, 6.5, 6, 6, 6, 6]
    name = "vibration_mm_s-high-alarm"
    assert follow(values, bound()) == [(3, name, "raised"), (10, name, "cleared")]


def test_what_lies_between_both_holds_an_alert_and_raises_none() -> None:
    assert follow([6.5] * 20, bound()) == []
    assert follow([8, 8, 8, *[6.5] * 50], bound()) == [(2, bound().name, "raised")]


def test_a_value_at_the_limit_is_not_beyond_it() -> None:
    assert follow([7.1] * 9, bound(7.1)) == []
    assert follow([4.7] * 9, bound(4.7, side="low")) == []


def test_a_low_limit_calls_below_it() -> None:
    low = bound(2.0, side="low", back=0.5)
    assert [index for index, *_ in follow([1, 1, 1, 2.2, 2.6, 2.6, 2.6], low)] == [2, 6]


@pytest.mark.parametrize(
    ("step_ms", "raised_at"),
    [
        (100, 25),  # ten readings a period: three periods of them, to half a period
        (60_000, 2),  # a device that sends once a minute, by its own period
    ],
)
def test_a_delay_is_told_in_periods_of_the_device(step_ms: int, raised_at: int) -> None:
    period_ms = max(step_ms, PERIOD_MS)
    found = follow([0, *[9] * 40], bound(), step_ms=step_ms, period_ms=period_ms)
    assert [index for index, *_ in found] == [raised_at + (step_ms > PERIOD_MS)]


def test_a_silence_counts_for_one_reading() -> None:
    t = np.array([1_000, 90_000])
    assert count_steps(t, 0, PERIOD_MS).tolist() == [1.0, 1.0]
    assert count_steps(t, 5_000, PERIOD_MS).tolist() == [0.0, 1.0]  # the clock was put back


def test_what_is_missing_speaks_for_nothing() -> None:
    assert [index for index, *_ in follow([8, NAN, 8, NAN, 8], bound())] == [4]


def test_without_a_delay_one_reading_is_enough() -> None:
    assert [index for index, *_ in follow([5, 8, 5], bound(delay=0))] == [1, 2]


@given(
    st.lists(st.sampled_from([NAN, 0.0, 5.0, 6.0, 6.5, 7.0, 7.5, 9.0]), min_size=1, max_size=60),
    st.lists(st.integers(1, 9), max_size=12),
    st.sampled_from([0, 1, 2, 5]),
    st.sampled_from(["high", "low"]),
)
def test_any_stream_is_judged_as_one_by_one_however_it_is_cut(
    values: list[float], sizes: list[int], delay: int, side: str
) -> None:
    limit = bound(side=side, delay=delay)
    expected = step_through(values, limit)
    assert follow(values, limit) == expected
    assert follow(values, limit, sizes=sizes) == expected
