from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.scoring import AlertState, Change, Hysteresis, decide

patterns = st.lists(st.booleans(), max_size=60)
settings = st.builds(Hysteresis, st.integers(1, 4), st.integers(1, 5))


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
def test_changes_are_those_of_the_rule(anomalous: list[bool], hysteresis: Hysteresis) -> None:
    times = [1_000 + index for index in range(len(anomalous))]
    state, changes = decide(AlertState(), times, anomalous, hysteresis)
    expected = reference(anomalous, hysteresis)
    assert changes == expected
    open_since = times[expected[-1][0]] if len(expected) % 2 else None
    assert state.open_since == open_since


@given(patterns, settings, st.integers(0, 60))
def test_a_stream_cut_in_two_decides_the_same(
    anomalous: list[bool], hysteresis: Hysteresis, cut: int
) -> None:
    times = list(range(len(anomalous)))
    whole = decide(AlertState(), times, anomalous, hysteresis)
    state, first = decide(AlertState(), times[:cut], anomalous[:cut], hysteresis)
    state, second = decide(state, times[cut:], anomalous[cut:], hysteresis)
    assert (state, first + [(index + cut, change) for index, change in second]) == whole


def test_an_alert_is_raised_and_cleared_at_the_deciding_readings() -> None:
    odd = [True, True, False, True, True, True, False, False, True, False, False, False]
    state, changes = decide(AlertState(), list(range(100, 112)), odd, Hysteresis(3, 3))
    assert changes == [(5, "raised"), (11, "cleared")]
    assert state == AlertState()
