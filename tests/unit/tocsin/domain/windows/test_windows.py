from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.fakes.messages import NOW, PERIOD_MS, RIG
from tocsin.domain.windows.window import History, Windows, windows_ending_at

Float = NDArray[np.float32]
Int = NDArray[np.int64]
HALF_WINDOW_S = RIG.window // 2


def naive_windows(t: Int, values: Float) -> dict[int, Float]:
    """By the time of the last reading; written as the rule is told."""
    found: dict[int, Float] = {}
    for last in range(RIG.window - 1, len(t)):
        first = last - RIG.window + 1
        silences = [t[i + 1] - t[i] for i in range(first, last)]
        if max(silences) <= HALF_WINDOW_S * PERIOD_MS:
            found[int(t[last])] = values[first : last + 1]
    return found


def one_after_the_other(t: Int, values: Float, cuts: list[int]) -> dict[int, Float]:
    history = History.empty(RIG)
    found: dict[int, Float] = {}
    edges = [0, *cuts, len(t)]
    for start, end in pairwise(edges):
        part_t, part = t[start:end], values[start:end]
        windows, full = windows_ending_at(history, part_t, part, RIG)
        found.update(zip(part_t[full].tolist(), windows, strict=True))
        history = history.extend(part_t, part, keep=RIG.window - 1)
    return found


@given(st.data())
def test_windows_are_the_same_however_the_stream_is_cut(data: st.DataObject) -> None:
    steps_s = data.draw(st.lists(st.sampled_from([1, 1, 1, 1, 3, 4]), min_size=1, max_size=40))
    t = NOW + np.cumsum(np.array(steps_s, dtype=np.int64) * PERIOD_MS)
    values = np.arange(2 * len(t), dtype=np.float32).reshape(-1, 2)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(t)), max_size=10)))

    found = one_after_the_other(t, values, cuts)

    expected = naive_windows(t, values)
    assert found.keys() == expected.keys()
    for time, window in expected.items():
        np.testing.assert_array_equal(found[time], window)


@pytest.mark.parametrize(("silence_s", "scored"), [(HALF_WINDOW_S, 6), (HALF_WINDOW_S + 0.001, 1)])
def test_a_silence_longer_than_half_a_window_ends_what_came_before(
    silence_s: float, scored: int
) -> None:
    before = NOW - 20_000 + np.arange(RIG.window - 1, dtype=np.int64) * PERIOD_MS
    after = before[-1] + int(silence_s * 1_000) + np.arange(6, dtype=np.int64) * PERIOD_MS
    history = History(before, np.zeros((len(before), 2), dtype=np.float32))

    windows, full = windows_ending_at(history, after, np.ones((6, 2), dtype=np.float32), RIG)

    assert len(windows) == np.count_nonzero(full) == scored
    assert full[-1]


def test_too_few_readings_make_no_window() -> None:
    t = NOW + np.arange(RIG.window - 1, dtype=np.int64)
    windows, full = windows_ending_at(
        History.empty(RIG), t, np.zeros((len(t), 2), dtype=np.float32), RIG
    )
    assert windows.shape == (0, RIG.window, 2)
    assert not full.any()


def test_a_history_keeps_the_last_readings_and_no_more_memory() -> None:
    t = np.arange(1_000, dtype=np.int64)
    values = np.arange(2_000, dtype=np.float32).reshape(-1, 2)
    history = History.empty(RIG).extend(t, values, keep=5)
    assert history.t.tolist() == [995, 996, 997, 998, 999]
    assert history.t.base is None
    assert history.values.base is None
    longer = history.extend(t[:2] + 1_000, values[:2], keep=5)
    assert longer.t.tolist() == [997, 998, 999, 1_000, 1_001]


def test_a_history_takes_in_late_readings_in_their_place_once() -> None:
    t = np.array([1, 4, 9], dtype=np.int64)
    history = History(t, t[:, None].astype(np.float32))
    late = np.array([4, 5], dtype=np.int64)
    merged = history.merge(late, np.full((2, 1), 7, dtype=np.float32), keep=3)
    assert merged.t.tolist() == [4, 5, 9]
    assert merged.values[:, 0].tolist() == [4, 7, 9]


def test_a_single_step_of_a_coarse_channel_is_levelled_out() -> None:
    shown = np.array(
        [(20.0, 1.0), (20.1, 2.0), (20.1, 3.0), (20.1, 4.0), (20.3, 5.0)], dtype=np.float32
    )
    wave = np.array([(0.05, 0.0), (-0.05, 0.0)] * 3, dtype=np.float32)[:5]
    steps = np.tile([0.1, 0.0], (2, 1))
    windows = Windows(shown + wave, np.array([3, 4]), 4).with_steps(shown, steps)
    calm, moved = windows.of(slice(None))
    # The middle in the place of what was shown, with the same wave; the fine channel stays.
    np.testing.assert_allclose(calm[:, 0], 20.05 + wave[:4, 0], atol=1e-5)
    np.testing.assert_array_equal(calm[:, 1], shown[:4, 1])
    # From two steps on something has happened.
    np.testing.assert_array_equal(moved, (shown + wave)[1:])


def test_what_is_missing_of_a_coarse_channel_stays_missing() -> None:
    shown = np.array([(20.0, np.nan), (np.nan, np.nan), (20.1, np.nan)], dtype=np.float32)
    windows = Windows(shown, np.array([2]), 3).with_steps(shown, np.array([[0.1, 0.1]]))
    (seen,) = windows.of(slice(None))
    np.testing.assert_allclose(seen[:, 0], [20.05, np.nan, 20.05], atol=1e-5)
    assert np.isnan(seen[:, 1]).all()


def test_windows_without_anything_coarse_are_as_they_are() -> None:
    shown = np.zeros((4, 2), dtype=np.float32)
    windows = Windows(shown, np.array([3]), 4)
    assert windows.with_steps(shown, np.zeros((1, 2))) is windows
