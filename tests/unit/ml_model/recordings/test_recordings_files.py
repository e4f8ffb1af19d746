"""Recordings in files and folders: what is accepted, what is refused and how it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from ml_model.recording import RecordingError
from ml_model.recordings.files import FileSource, hash_files, read_recordings
from tests.unit.ml_model.made_recordings import PLANT, START_MS, normal_recording, write_csv
from tocsin.profiles import load_profiles

THERMAL = load_profiles()["thermal"]
SILENT = Console(quiet=True)


def write_text_file(tmp_path: Path, text: str, name: str = "plant.csv") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def parquet(frame: pd.DataFrame, path: Path) -> Path:
    pytest.importorskip("pyarrow")
    frame.to_parquet(path)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    first, two = (normal_recording(name, seed=1, rows=50) for name in ("one", "two"))
    first.values[3, 1] = np.nan
    two.fault[10:20] = "spike"
    path = write_csv(tmp_path / "plant.csv", [first, two], faults=True)
    read = read_recordings([path], PLANT)
    assert [recording.device for recording in read] == ["one", "two"]
    np.testing.assert_allclose(read[0].values, first.values, rtol=1e-5)
    assert read[1].t.tolist() == two.t.tolist()
    assert read[1].fault.tolist() == two.fault.tolist()
    assert (read[0].fault == "").all()


def test_columns_are_put_in_the_order_of_the_profile(tmp_path: Path) -> None:
    path = write_text_file(tmp_path, "c,a,device,t,b\n3,1,x,1000,2\n")
    assert read_recordings([path], PLANT)[0].values.tolist() == [[1.0, 2.0, 3.0]]


def test_a_state_that_the_device_told_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    head = "t,temperature_c,switch\n"
    path = write_text_file(tmp_path, head + "1000,22,off\n2000,23,\n3000,24,on\n")
    (read,) = read_recordings([path], THERMAL)
    assert read.told is not None
    assert read.told.tolist() == ["off", "", "running"]
    part = read.between(1, 3).told
    assert part is not None
    assert part.tolist() == ["", "running"]
    (untold,) = read_recordings([write_text_file(tmp_path, "t,temperature_c\n1,2\n")], THERMAL)
    assert untold.told is None
    wrong = write_text_file(tmp_path, head + "1000,22,off\n2000,23,half\n")
    with pytest.raises(RecordingError, match="line 3: 'half' in column 'switch' is no state"):
        read_recordings([wrong], THERMAL)


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_and_byte_order_marks_are_found(
    tmp_path: Path, separator: str, mark: str
) -> None:
    text = mark + "t,device,a,b,c\n1000,x,1,,3\n".replace(",", separator)
    (read,) = read_recordings([write_text_file(tmp_path, text)], PLANT)
    np.testing.assert_array_equal(read.values, [[1.0, np.nan, 3.0]])


@pytest.mark.parametrize(
    "time",
    [str(START_MS), f"{START_MS}.0", "2026-01-05T00:00:00Z", "2026-01-05 01:00:00+01:00",
     "2026-01-05"],
)  # fmt: skip
def test_times_are_read_as_ms(tmp_path: Path, time: str) -> None:
    path = write_text_file(tmp_path, f"t,device,a,b,c\n{time},x,1,2,3\n")
    assert read_recordings([path], PLANT)[0].t.tolist() == [START_MS]


def test_the_column_of_times_can_be_named(tmp_path: Path) -> None:
    path = write_text_file(tmp_path, "stamp,a,b,c\n1000,1,2,3\n")
    (read,) = read_recordings([path], PLANT, time_column="stamp")
    assert (read.device, read.t.tolist()) == ("plant", [1000])
    with pytest.raises(RecordingError, match=r"column t is missing: name .* with --time-column"):
        read_recordings([path], PLANT)


@pytest.mark.parametrize("label", ["0", "0.0", "False", "no", ""])
def test_a_label_that_says_no_is_no_fault(tmp_path: Path, label: str) -> None:
    path = write_text_file(tmp_path, f"t,a,b,c,fault\n1000,1,2,3,{label}\n2000,1,2,3,spike\n")
    assert read_recordings([path], PLANT)[0].fault.tolist() == ["", "spike"]


def test_a_later_file_continues_a_device(tmp_path: Path) -> None:
    whole = normal_recording("x", seed=1, rows=20)
    parts = [
        write_csv(tmp_path / f"{start}.csv", [whole.between(start, start + 10)])
        for start in (0, 10)
    ]
    assert read_recordings(parts, PLANT)[0].t.tolist() == whole.t.tolist()
    with pytest.raises(RecordingError, match=r"0\.csv begins before .*10\.csv ends"):
        read_recordings(parts[::-1], PLANT)


def test_a_folder_is_read_whole_and_in_order(tmp_path: Path) -> None:
    for name in ("b/1.csv", "a/1.csv", "a/deep/2.CSV"):
        write_text_file(tmp_path, "t,a,b,c\n1000,1,2,3\n", name)
    write_text_file(tmp_path, "not a recording", "a/README.md")
    read = read_recordings([tmp_path], PLANT)
    assert [recording.device for recording in read] == ["a/1", "a/deep/2", "b/1"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match=r"no file ends in \.csv or \.parquet"):
        read_recordings([tmp_path / "empty"], PLANT)


@pytest.mark.parametrize("times", ["int", "datetime", "text"])
def test_parquet_is_read_as_csv_is(tmp_path: Path, times: str) -> None:
    whole = normal_recording("x", seed=1, rows=20)
    whole.values[3, 1] = np.nan
    frame = pd.DataFrame(whole.values, columns=list(PLANT.channel_names))
    moments = pd.to_datetime(whole.t, unit="ms", utc=True)
    frame["t"] = {"int": whole.t, "datetime": moments, "text": moments.astype(str)}[times]
    frame["fault"] = [0.0] * 10 + [1.0] * 10
    (read,) = read_recordings([parquet(frame, tmp_path / "x.parquet")], PLANT)
    np.testing.assert_array_equal(read.values, whole.values)
    assert (read.device, read.t.tolist()) == ("x", whole.t.tolist())
    assert read.fault.tolist() == [""] * 10 + ["1.0"] * 10


def test_what_is_no_parquet_is_refused_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(RecordingError, match=r"x\.parquet: not a file with readings"):
        read_recordings([write_text_file(tmp_path, "t,a,b,c\n", "x.parquet")], PLANT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a file with readings"),
        ("t,device,a,b,c\n", "there are no readings in it"),
        ("t,device,a,b\n1,x,1,2\n", "column c is missing"),
        ("t,device,a,b,c,speed\n1,x,1,2,3,4\n", "speed is no channel of profile 'plant'"),
        ("t,a,a,b,c\n1,1,2,3,4\n", "a.1 is no channel"),
        ("t,a,b,c\n1,1,2,3,4\n2,1,2,3,4\n", "its lines have more cells than its header"),
        ("t,a,b,c\n1,1,2,3\n2,1,2,3,4\n", "not a file with readings: .*line 3"),
        ("t,device,a,b,c\n1,x,1,2,3\n2,x,1,fast,3\n", "line 3: 'fast' in column 'b'"),
        ("t,a,b,c\n1,1,inf,3\n", "line 2: inf in column 'b' is not a number up to 1e"),
        ("t,device,a,b,c\n1,x,1,2,3\n2,,1,2,3\n", "line 3: the device is missing"),
        ("t,device,a,b,c\n1,x,1,2,3\nnoon,x,1,2,3\n", "line 2: '1' is no time"),
        ("t,a,b,c\n1,1,2,3\n,1,2,3\n", "line 3: an empty cell is no time"),
        ("t,a,b,c\n1.5,1,2,3\n", "line 2: 1.5 is no time"),
        ("t,device,a,b,c\n2,x,1,2,3\n2,x,1,2,3\n", "line 3: .*take out the second reading"),
        ("t,device,a,b,c\n9,y,1,2,3\n2,x,1,2,3\n1,x,1,2,3\n", "line 4: .*'x'.*sort the file"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RecordingError, match=said) as refused:
        read_recordings([write_text_file(tmp_path, text)], PLANT)
    assert "\n" not in str(refused.value)
    assert "plant.csv" in str(refused.value)


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plant.csv"
    path.write_bytes(b"\xff\xfe\x00t,a,b")
    with pytest.raises(RecordingError, match=r"plant\.csv: not a file with readings"):
        read_recordings([path], PLANT)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"nowhere\.csv: no such file"):
        read_recordings([tmp_path / "nowhere.csv"], PLANT)
    with pytest.raises(RecordingError, match="give at least one with --data"):
        read_recordings([], PLANT)


def test_the_hash_is_of_all_files(tmp_path: Path) -> None:
    file = write_text_file(tmp_path, "t,a,b,c\n1000,1,2,3\n", "a/1.csv")
    hashed = hash_files([tmp_path])
    assert hashed == hash_files([file])
    write_text_file(tmp_path, "t,a,b,c\n1000,1,2,3\n", "a/2.csv")
    assert hash_files([tmp_path]) != hashed


def test_a_source_of_files_reads_checks_and_names_them(tmp_path: Path) -> None:
    write_csv(tmp_path / "plant.csv", [normal_recording("x", seed=1, rows=50)])
    source = FileSource([tmp_path / "plant.csv"])
    recorded = source.read(PLANT, SILENT)
    assert [recording.device for recording in recorded.recordings] == ["x"]
    assert recorded.sha256 == hash_files([tmp_path / "plant.csv"])
    assert source.flags == "--data plant.csv"
    assert FileSource([tmp_path / "f"], "at").flags == "--data f --time-column at"


def test_a_source_of_files_refuses_another_period(tmp_path: Path) -> None:
    slow = normal_recording("x", seed=1, rows=50)
    slow.t[:] = START_MS + 10_000 * np.arange(50)
    path = write_csv(tmp_path / "plant.csv", [slow])
    with pytest.raises(RecordingError, match="'x': a reading comes every 10 s, but 'plant'"):
        FileSource([path]).read(PLANT, SILENT)


def test_what_no_sensor_shows_is_missing_and_remarked_on(tmp_path: Path) -> None:
    recording = normal_recording("x", seed=1, rows=50)
    recording.values[7, 2] = 100.5
    recording.values[8:10, 2] = 65_535
    recording.values[11, 2] = 100
    path = write_csv(tmp_path / "plant.csv", [recording])
    recorded = FileSource([path]).read(PLANT, SILENT)
    values = recorded.recordings[0].values
    assert np.flatnonzero(np.isnan(values[:, 2])).tolist() == [7, 8, 9]
    assert values[11, 2] == 100
    assert not np.isnan(values[:, :2]).any()
    (remark,) = recorded.remarks
    assert "'c': 3 values count as missing" in remark
    assert "(0 to 100 %); one is 100.5" in remark
