"""What recordings must have to train, and what is only remarked on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_model.recording import Recording, RecordingError, split
from ml_model.recordings.checks import check_parts, check_period, check_trainable, keep_windowed
from tests.unit.ml_model.made_recordings import PLANT, START_MS, normal_recording


def with_values(recording: Recording, column: int, value: float) -> Recording:
    values = recording.values.copy()
    values[:, column] = value
    return replace(recording, values=values)


def at_steps(*steps_ms: int, rows: int = 200) -> Recording:
    """A recording whose readings come after *steps_ms*, over and over."""
    recording = normal_recording("x", seed=1, rows=rows)
    return replace(recording, t=START_MS + np.cumsum(np.resize(steps_ms, rows)))


def test_too_few_readings_cannot_train() -> None:
    with pytest.raises(
        RecordingError, match=r"100 readings give 69 windows .* 'plant': at least 2"
    ):
        check_trainable([normal_recording("x", seed=1, rows=100)], PLANT)


def test_readings_with_faults_and_silences_do_not_count() -> None:
    recording = normal_recording("x", seed=1, rows=2_031)
    assert check_trainable([recording], PLANT) == []
    recording.fault[-1] = "spike"
    with pytest.raises(RecordingError, match="2031 readings give 1999 windows"):
        check_trainable([recording], PLANT)
    silent = at_steps(*[1_000] * 30, 20_000, rows=10_000)
    with pytest.raises(RecordingError, match="10000 readings give 0 windows"):
        check_trainable([silent], PLANT)


def test_a_channel_without_values_cannot_train() -> None:
    empty = with_values(normal_recording("x", seed=1), 2, np.nan)
    with pytest.raises(RecordingError, match="channel 'c' of 'plant' has no value in any reading"):
        check_trainable([empty], PLANT)


def test_a_channel_with_values_in_faults_only_cannot_train() -> None:
    recording = with_values(normal_recording("x", seed=1), 2, np.nan)
    recording.values[:50, 2] = 1.0
    recording.fault[:50] = "odd"
    with pytest.raises(RecordingError, match=r"channel 'c' .* has no value in any reading"):
        check_trainable([recording], PLANT)


def test_a_constant_channel_is_remarked_on() -> None:
    remarks = check_trainable([with_values(normal_recording("x", seed=1), 2, 7.0)], PLANT)
    assert len(remarks) == 1
    assert "channel 'c' is constant at 7" in remarks[0]
    assert check_trainable([normal_recording("x", seed=1)], PLANT) == []


def test_a_channel_without_values_in_the_part_that_trains_is_named() -> None:
    recording = normal_recording("x", seed=1)
    recording.values[:1_800, 1] = np.nan
    assert check_trainable([recording], PLANT) == []
    with pytest.raises(RecordingError, match=r"channel 'b' .* has no value in the part"):
        check_parts(split([recording]), PLANT)


def test_a_channel_that_is_constant_while_it_trains_is_remarked_on() -> None:
    recording = normal_recording("x", seed=1)
    recording.values[:1_800, 1] = 3.0
    (remark,) = check_parts(split([recording]), PLANT)
    assert "channel 'b' is constant at 3" in remark


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (slice(0, 1_800), "train"),
        (slice(1_800, 2_400), "stop the training"),
        (slice(2_400, None), "set the threshold"),
    ],
)
def test_a_part_without_a_normal_window_is_named(rows: slice, part: str) -> None:
    recording = normal_recording("x", seed=1)
    recording.fault[rows] = "odd"
    with pytest.raises(RecordingError, match=f"that is to {part} has no 32 readings in a row"):
        check_parts(split([recording]), PLANT)


def test_a_device_without_a_window_is_left_out() -> None:
    devices = [normal_recording(f"d{number}", seed=1, rows=31 + number) for number in range(3)]
    kept, remarks = keep_windowed(devices, PLANT)
    assert [recording.device for recording in kept] == ["d1", "d2"]
    assert len(remarks) == 1
    assert remarks[0].startswith("left out, without 32 readings in a row")
    assert remarks[0].endswith(": d0")
    assert keep_windowed(kept, PLANT) == (kept, [])
    with pytest.raises(RecordingError, match="no device has 32 readings in a row"):
        keep_windowed(devices[:1], PLANT)


@pytest.mark.parametrize(("step_ms", "said"), [(10_000, "10 s"), (500, "0.5 s"), (1, "0.001 s")])
def test_another_period_is_refused(step_ms: int, said: str) -> None:
    with pytest.raises(RecordingError, match=f"every {said}, but 'plant' devices send one every 1"):
        check_period(at_steps(step_ms), PLANT)


def test_uneven_readings_are_remarked_on() -> None:
    (remark,) = check_period(at_steps(*[1_000] * 8, 3_000), PLANT)
    assert remark.startswith("device 'x': 11% of its readings come earlier or later than every 1 s")


@given(st.lists(st.integers(800, 1_200), min_size=4, max_size=50))
def test_jitter_and_silences_are_as_usual(steps: list[int]) -> None:
    assert check_period(at_steps(*steps), PLANT) == []
    assert check_period(at_steps(*steps, 60_000), PLANT) == []


def test_one_reading_has_no_period() -> None:
    assert check_period(at_steps(5, rows=1), PLANT) == []
