"""A sensor of a device that no model knows is stuck when it rests for twice as long as ever."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, isnan, nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.limits.own_rest import LEAST_REST, MOVES, TAUGHT, Rest, follow_rest

MOST = 360.0


def follow(
    values: Sequence[float], cuts: Sequence[int] = (), known_from: int = 0, most: float = MOST
) -> tuple[Rest, list[int]]:
    """The rest after *values*, and the indices at which the sensor is stuck; a day is known from
    the reading *known_from* on."""
    rest, stuck = Rest(), list[int]()
    column = np.array([nan, *values], dtype=np.float32)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(values)}), len(values)]
    for start, end in pairwise(edges):
        is_judged = np.arange(start, end) >= known_from
        rest, found = follow_rest(rest, column[start + 1 : end + 1], column[start], is_judged, most)
        stuck += (start + np.flatnonzero(found)).tolist()
    return rest, stuck


def tell(values: Sequence[float], most: float = MOST) -> tuple[Rest, list[int]]:
    """The same, reading by reading."""
    still, longest, moves, last = 0, 0, 0, nan
    stuck: list[int] = []
    for at, value in enumerate(values):
        limit = inf if moves < MOVES or longest > most else max(LEAST_REST, 2 * longest + 1)
        if isnan(value) or isnan(last):
            still = 0
        elif value == last:
            still += 1
        else:
            taught = still
            if still >= limit:
                taught = min(still, round(TAUGHT * max(longest, LEAST_REST)))
            longest, moves, still = max(longest, taught), moves + 1, 0
        if still >= limit:
            stuck.append(at)
        last = value
    return Rest(still, longest, moves), stuck


WALK = [float(index % 7) for index in range(40)]


def test_who_never_rests_is_stuck_after_a_dozen_readings_once_a_day_is_known() -> None:
    values = [*WALK, *[4.0] * 30]
    rest, stuck = follow(values)
    assert stuck[0] == len(WALK) + LEAST_REST - 1
    assert rest.still == 30 - (WALK[-1] != 4.0)
    assert follow(values, known_from=60)[1][0] == 60


def test_who_rests_at_night_is_stuck_after_twice_that() -> None:
    night = [*WALK, *[2.0] * 101]
    assert follow([*night, *night])[1][:1] == [len(WALK) + LEAST_REST]
    known = Rest(0, 100, 80)
    column = np.array([1.0, *[2.0] * 300], dtype=np.float32)
    _, stuck = follow_rest(known, column, np.float32(3.0), np.ones(301, dtype=np.bool_), MOST)
    assert int(np.flatnonzero(stuck)[0]) == 1 + 2 * 100 + 1


def test_who_rests_for_a_quarter_of_a_day_while_all_is_well_is_never_called() -> None:
    rest = Rest(0, 361, 80)
    column = np.full(2_000, 2.0, dtype=np.float32)
    _, stuck = follow_rest(rest, column, np.float32(3.0), np.ones(2_000, dtype=np.bool_), MOST)
    assert not stuck.any()


def test_a_rest_that_was_called_does_not_hide_the_next() -> None:
    rest, _ = follow([*WALK, *[4.0] * 200, 5.0])
    assert rest.longest <= round(TAUGHT * LEAST_REST)


VALUES = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0, nan]), st.integers(1, 40)), min_size=1, max_size=30
).map(lambda runs: [value for value, length in runs for _ in range(length)])


@given(VALUES, st.lists(st.integers(1, 800), max_size=8), st.sampled_from([MOST, 15.0]))
def test_it_is_as_reading_by_reading_however_a_stream_is_cut(
    values: list[float], cuts: list[int], most: float
) -> None:
    assert follow(values, cuts, most=most) == tell(values, most)
