from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.calling.scoring import AlertState, Change, Hysteresis, next_alert

patterns = st.lists(st.booleans(), max_size=60)
settings = st.builds(Hysteresis, st.integers(1, 4), st.integers(1, 5))
steps_ms = st.lists(st.integers(1, 5_000), min_size=60, max_size=60)


def run(
    anomalous: Sequence[bool],
    hysteresis: Hysteresis,
    *,
    t: Sequence[int] | None = None,
    cooldown_ms: int = 0,
) -> tuple[AlertState, list[tuple[int, Change]]]:
    state = AlertState()
    changes: list[tuple[int, Change]] = []
    for index, odd in enumerate(anomalous):
        time = 1_000 + index if t is None else t[index]
        state, change = next_alert(state, time, odd, hysteresis, cooldown_ms)
        if change is not None:
            changes.append((index, change))
    return state, changes


def reference(anomalous: list[bool], hysteresis: Hysteresis) -> list[tuple[int, Change]]:
    """Look back over the last readings at each step, since the last change."""
    changes: list[tuple[int, Change]] = []
    since = 0
    for index in range(len(anomalous)):
        seen = anomalous[since : index + 1]
        is_open = len(changes) % 2 == 1
        needed = hysteresis.clear_after if is_open else hysteresis.raise_after
        if len(seen) >= needed and all(odd is not is_open for odd in seen[-needed:]):
            changes.append((index, "cleared" if is_open else "raised"))
            since = index + 1
    return changes


@given(patterns, settings)
def test_without_a_cooldown_changes_are_those_of_the_hysteresis(
    anomalous: list[bool], hysteresis: Hysteresis
) -> None:
    state, changes = run(anomalous, hysteresis)
    expected = reference(anomalous, hysteresis)
    assert changes == expected
    open_since = 1_000 + expected[-1][0] if len(expected) % 2 else None
    assert state.open_since == open_since


@given(patterns, settings, steps_ms, st.integers(0, 60_000))
def test_nothing_is_raised_while_the_cooldown_lasts(
    anomalous: list[bool], hysteresis: Hysteresis, steps: list[int], cooldown_ms: int
) -> None:
    t = [sum(steps[: index + 1]) for index in range(len(anomalous))]
    _, changes = run(anomalous, hysteresis, t=t, cooldown_ms=cooldown_ms)
    assert all(one != other for (_, one), (_, other) in pairwise(changes))
    for (one, change), (other, _) in pairwise(changes):
        if change == "cleared":
            assert t[other] - t[one] >= cooldown_ms
    raised = [t[index] for index, change in changes if change == "raised"]
    assert all(later - earlier > cooldown_ms for earlier, later in pairwise(raised))


@given(patterns, settings, st.integers(0, 60_000))
def test_a_cooldown_touches_neither_the_first_alert_nor_when_one_clears(
    anomalous: list[bool], hysteresis: Hysteresis, cooldown_ms: int
) -> None:
    _, plain = run(anomalous, hysteresis)
    _, cooled = run(anomalous, hysteresis, cooldown_ms=cooldown_ms)
    assert cooled[:2] == plain[:2]


def test_what_lasts_is_raised_as_soon_as_the_cooldown_is_over() -> None:
    odd = [True, True, False, False, *[True] * 10]
    t = [1_000 * index for index in range(len(odd))]
    _, changes = run(odd, Hysteresis(2, 2), t=t, cooldown_ms=6_000)
    assert changes == [(1, "raised"), (3, "cleared"), (9, "raised")]


def test_an_open_alert_still_tells_when_the_last_one_cleared() -> None:
    state, _ = run([True, False, True], Hysteresis(1, 1))
    assert state == AlertState(run=0, open_since=1_002, cleared_at=1_001)


@pytest.mark.parametrize(("cooldown_ms", "raised"), [(3_000, True), (3_001, False)])
def test_the_cooldown_ends_with_its_last_millisecond(cooldown_ms: int, raised: bool) -> None:
    state = AlertState(cleared_at=10_000)
    _, change = next_alert(state, 13_000, True, Hysteresis(1, 1), cooldown_ms)
    assert (change == "raised") is raised


def test_an_alert_is_raised_and_cleared_at_the_deciding_readings() -> None:
    odd = [True, True, False, True, True, True, False, False, True, False, False, False]
    state, changes = run(odd, Hysteresis(3, 3))
    assert changes == [(5, "raised"), (11, "cleared")]
    assert state == AlertState(cleared_at=1_011)
