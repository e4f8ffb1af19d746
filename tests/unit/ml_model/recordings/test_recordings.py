"""Recordings cut into windows and split into parts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml_model.recording import (
    Recording,
    find_normal_ends,
    find_window_ends,
    normal_windows,
    split,
    window_chunks,
)
from tests.unit.ml_model.made_recordings import PLANT, START_MS, normal_recording, windows_of
from tocsin.domain.windows.window import History, windows_ending_at


def test_windows_are_those_the_function_would_see() -> None:
    recording = normal_recording("x", seed=1, rows=10_000)
    recording.t[5_000:] += 40_000  # a silence longer than half a window
    whole, full = windows_ending_at(History.empty(PLANT), recording.t, recording.values, PLANT)
    chunks = list(window_chunks(recording, PLANT))
    assert len(chunks) > 1
    np.testing.assert_array_equal(np.concatenate([windows for windows, _ in chunks]), whole)
    ends = np.concatenate([ends for _, ends in chunks])
    assert ends.tolist() == np.flatnonzero(full).tolist()
    assert 5_000 not in ends


def test_windows_with_a_fault_do_not_train() -> None:
    recording = normal_recording("x", seed=1, rows=500)
    assert len(windows_of(recording)) == 500 - 31
    recording.fault[200:210] = "spike"
    assert len(windows_of(recording)) == 500 - 31 - 10 - 31


def test_windows_are_thinned_evenly() -> None:
    thinned = normal_windows([normal_recording("x", seed=1, rows=3_000)], PLANT, most=100)
    assert 90 <= len(thinned) <= 100


def test_five_devices_are_split_by_device() -> None:
    parts = split([normal_recording(f"d{number}", seed=1, rows=10) for number in range(5)])
    assert [[recording.device for recording in part] for part in parts] == [
        ["d0", "d1", "d2"],
        ["d3"],
        ["d4"],
    ]


def test_few_devices_are_split_by_time() -> None:
    parts = split([normal_recording("x", seed=1, rows=100)])
    assert [len(part[0].t) for part in parts] == [60, 20, 20]
    assert parts[0][0].t[-1] < parts[1][0].t[0] < parts[2][0].t[0]


@given(
    steps=st.lists(st.sampled_from([1, 1, 1, 1, 1, 1, 1, 1, 1, 20]), min_size=0, max_size=200),
    faulty=st.sets(st.integers(0, 199)),
)
def test_a_normal_window_holds_no_silence_and_no_fault(steps: list[int], faulty: set[int]) -> None:
    t = START_MS + 1_000 * np.cumsum(steps, dtype=np.int64)
    rows = np.arange(len(t))
    recording = Recording(
        "x", t, np.zeros((len(t), 3), np.float32), np.where(np.isin(rows, list(faulty)), "odd", "")
    )
    ends = {int(end) for _, chunk in window_chunks(recording, PLANT) for end in chunk}
    assert set(np.flatnonzero(find_window_ends(recording, PLANT)).tolist()) == ends
    normal = {end for end in ends if not faulty & set(range(end - PLANT.window + 1, end + 1))}
    assert set(np.flatnonzero(find_normal_ends(recording, PLANT)).tolist()) == normal
