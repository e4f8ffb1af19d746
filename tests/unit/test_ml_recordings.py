"""Reading recordings: what is accepted, what is refused and how it is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml_model.data import (
    Recording,
    RecordingError,
    check_trainable,
    normal_windows,
    read_recordings,
    split,
    window_chunks,
)
from tests.unit.ml_recordings import PLANT, START_MS, normal_recording, windows_of, write_csv
from tocsin.domain.windows import History, windows_ending_at


def with_values(recording: Recording, column: int, value: float) -> Recording:
    values = recording.values.copy()
    values[:, column] = value
    return replace(recording, values=values)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    one, two = (normal_recording(name, seed=1, rows=50) for name in ("one", "two"))
    one.values[3, 1] = np.nan
    two.fault[10:20] = "spike"
    path = write_csv(tmp_path / "plant.csv", [one, two], faults=True)
    read = read_recordings([path], PLANT)
    assert [recording.device for recording in read] == ["one", "two"]
    np.testing.assert_allclose(read[0].values, one.values, rtol=1e-5)
    assert read[1].t.tolist() == two.t.tolist()
    assert read[1].fault.tolist() == two.fault.tolist()
    assert (read[0].fault == "").all()


def test_columns_are_put_in_the_order_of_the_profile(tmp_path: Path) -> None:
    path = written(tmp_path, "c,a,device,t,b\n3,1,x,1000,2\n")
    assert read_recordings([path], PLANT)[0].values.tolist() == [[1.0, 2.0, 3.0]]


def test_iso_times_are_read_as_ms(tmp_path: Path) -> None:
    path = written(tmp_path, "t,device,a,b,c\n2026-01-05T00:00:00Z,x,1,2,3\n")
    assert read_recordings([path], PLANT)[0].t.tolist() == [START_MS]


def test_a_later_file_continues_a_device(tmp_path: Path) -> None:
    whole = normal_recording("x", seed=1, rows=20)
    parts = [
        write_csv(tmp_path / f"{start}.csv", [whole.between(start, start + 10)])
        for start in (0, 10)
    ]
    assert read_recordings(parts, PLANT)[0].t.tolist() == whole.t.tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a CSV file with readings"),
        ("t,device,a,b,c\n", "there are no readings in it"),
        ("t,device,a,b\n1,x,1,2\n", "column c is missing"),
        ("t,device,a,b,c,speed\n1,x,1,2,3,4\n", "speed is no channel of profile 'plant'"),
        ("t,device,a,b,c\n1,x,1,2,3\n2,x,1,fast,3\n", "line 3: 'fast' in column 'b'"),
        ("t,device,a,b,c\n1,x,1,2,3\nnoon,x,1,2,3\n", "line 2: '1' is no time"),
        ("t,device,a,b,c\n2,x,1,2,3\n2,x,1,2,3\n", "time does not increase at its reading 2"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecordingError, match=said) as refused:
        read_recordings([written(tmp_path, text)], PLANT)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"nowhere\.csv: no such file"):
        read_recordings([tmp_path / "nowhere.csv"], PLANT)


def test_too_few_readings_cannot_train() -> None:
    with pytest.raises(RecordingError, match="100 readings are too few to train 'plant'"):
        check_trainable([normal_recording("x", seed=1, rows=100)], PLANT)


def test_a_channel_without_values_cannot_train() -> None:
    empty = with_values(normal_recording("x", seed=1), 2, np.nan)
    with pytest.raises(RecordingError, match="channel 'c' of 'plant' has no value in any reading"):
        check_trainable([empty], PLANT)


def test_a_constant_channel_is_remarked_on() -> None:
    remarks = check_trainable([with_values(normal_recording("x", seed=1), 2, 7.0)], PLANT)
    assert len(remarks) == 1
    assert "channel 'c' is constant at 7" in remarks[0]
    assert check_trainable([normal_recording("x", seed=1)], PLANT) == []


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
    assert [[one.device for one in part] for part in parts] == [["d0", "d1", "d2"], ["d3"], ["d4"]]


def test_few_devices_are_split_by_time() -> None:
    parts = split([normal_recording("x", seed=1, rows=100)])
    assert [len(part[0].t) for part in parts] == [60, 20, 20]
    assert parts[0][0].t[-1] < parts[1][0].t[0] < parts[2][0].t[0]
