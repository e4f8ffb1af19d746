"""Recordings: SKAB by its header, any CSV by a column map, and one clear line for each error."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from device_sim.__main__ import main
from device_sim.errors import RecordingError, SimulatorError
from device_sim.recordings.csv_files import Recording, read_recordings
from device_sim.recordings.layout import SKAB_COLUMNS, Reading, guess_profile
from device_sim.recordings.sources import Source, find_sources
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
SKAB_HEADER = ";".join(["datetime", *SKAB_COLUMNS, "anomaly", "changepoint"])
SKAB_ROWS = [
    "2021-03-09 10:00:00;0.02;0.04;0.9;0.05;75.5;25.8;230.1;32.0;0.0;0.0",
    "2021-03-09 10:00:01;0.03;0.05;1.3;-0.27;75.6;25.9;224.1;31.0;1.0;1.0",
    "2021-03-09 10:00:03;0.03;0.05;;-0.27;75.6;25.9;224.1;31.0;1.0;0.0",
]


def a_file(folder: Path, *lines: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def read_file(
    path: Path, profile: str = "thermal", reading: Reading | None = None
) -> list[Recording]:
    return read_recordings(path, PROFILES[profile], reading or Reading())


def sources(*paths: Path, device: str | None = None, profile: str | None = None) -> list[Source]:
    return find_sources(list(paths), device=device, profile=profile, reading=Reading())


def test_a_skab_file_is_known_by_its_header(tmp_path: Path) -> None:
    (source,) = sources(a_file(tmp_path, SKAB_HEADER, *SKAB_ROWS), device="bench")
    assert (source.device, source.profile.name) == ("bench", "pump")
    recording = source.recording
    assert recording.t_ms == [1615284000000, 1615284001000, 1615284003000]
    assert recording.values[0] == [0.02, 0.04, 0.9, 0.05, 75.5, 25.8, 230.1, 32.0]
    assert math.isnan(recording.values[2][PROFILES["pump"].channel_names.index("current_a")])
    assert recording.labels == [(), ("anomaly", "changepoint"), ("anomaly",)]


def test_a_column_map_and_a_time_column_can_be_given(tmp_path: Path) -> None:
    path = a_file(tmp_path, "when,probe 1,else", "1700000000,181.5,x", "1700000001.5,182,y")
    (found,) = read_file(path, reading=Reading({"probe 1": "temperature_c"}, "when", ","))
    assert found.t_ms == [1_700_000_000_000, 1_700_000_001_500]
    assert found.values == [[181.5], [182.0]]


def test_a_state_that_the_device_told_is_read_and_sent(tmp_path: Path) -> None:
    path = a_file(tmp_path, "t,temperature_c,switch", "1000,22,off", "2000,23, on", "3000,24,")
    (found,) = read_file(path)
    assert found.told == ["off", "on", ""]
    (plain,) = read_file(a_file(tmp_path, "t,temperature_c", "1000,22"))
    assert plain.told == []


def test_unmapped_channels_are_missing(tmp_path: Path) -> None:
    path = a_file(tmp_path, "t,temp", "1,20")
    (found,) = read_file(path, "motor", Reading({"temp": "temperature_c"}))
    assert found.values[0][0] == 20.0
    assert math.isnan(found.values[0][1])


def test_zones_are_heeded_and_utc_is_meant_without(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, "t,temperature_c", "2021-01-01T02:00:00+02:00,1", "2021-01-01T00:00:01,2"
    )
    assert read_file(path)[0].t_ms == [1609459200000, 1609459201000]


def test_rows_are_put_in_order_and_equal_times_apart(tmp_path: Path) -> None:
    path = a_file(tmp_path, "t,temperature_c", "30,3", "10,1", "20,2", "20,2.5", "", "40,4")
    (found,) = read_file(path)
    assert found.t_ms == [10_000, 20_000, 20_001, 30_000, 40_000]
    assert found.values == [[1.0], [2.0], [2.5], [3.0], [4.0]]
    assert found.moved == 2


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([46_083.3333 + n / 86_400 for n in range(200)], "have the same ms as another"),  # days
        ([n / 12_800 for n in range(200)], "have the same ms as another"),  # 12.8 kHz
        ([1_795_332_074_190_000 + 1_000_000 * n for n in range(20)], "is it in µs or ns?"),
    ],
)
def test_a_time_in_another_unit_is_refused_and_no_reading_is_made_up(
    tmp_path: Path, times: list[float], said: str
) -> None:
    path = a_file(tmp_path, THERMAL, *(f"{t!r},20" for t in times))
    with pytest.raises(RecordingError, match=said):
        read_file(path)


def test_a_generated_file_replays_under_its_own_device_ids(tmp_path: Path) -> None:
    out = tmp_path / "made.csv"
    arguments = ["generate", "--profile", "motor", "--hours", "0.5", "--devices", "2"]
    assert main([*arguments, "--faults", "stuck", "--rate", "6", "--out", str(out)]) == 0
    found = sources(out, profile="motor")
    assert [source.device for source in found] == ["sim-motor-01", "sim-motor-02"]
    assert all(len(source.recording.t_ms) == 1800 for source in found)
    labels = {label for source in found for row in source.recording.labels for label in row}
    assert labels == {"stuck"}


def test_each_file_of_a_folder_is_a_device(tmp_path: Path) -> None:
    for name in ("valve1/1.csv", "valve1/2.csv", "other/9.csv"):
        a_file(tmp_path, SKAB_HEADER, *SKAB_ROWS, name=name)
    found = sources(tmp_path, device="skab")
    assert [source.device for source in found] == ["skab-other-9", "skab-valve1-1", "skab-valve1-2"]


THERMAL = "t,temperature_c"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "the file is empty"),
        ([THERMAL], "no reading below the header"),
        (["t,temp", "1,2"], "line 1: column 'temperature_c' is missing"),
        (["temperature_c", "1"], "line 1: no time column"),
        (["t,temperature_c,t", "1,2,3"], "line 1: column 't' is there twice"),
        ([THERMAL, "1,20", "2,warm"], "line 3, column 'temperature_c': 'warm' is no number"),
        ([THERMAL, "1,inf"], "line 2, column 'temperature_c': 'inf' is no finite number"),
        ([THERMAL, "noon,20"], "line 2, column 't': 'noon' is no time"),
        ([THERMAL, "inf,20"], "line 2, column 't': 'inf' is no time"),
        ([THERMAL, "1,20,5"], "line 2 has 3 columns, the header 2"),
    ],
)
def test_a_bad_file_is_one_line_of_error(tmp_path: Path, lines: list[str], said: str) -> None:
    path = a_file(tmp_path, *lines)
    with pytest.raises(RecordingError) as caught:
        read_file(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_skab_file_lacking_a_column_says_which(tmp_path: Path) -> None:
    path = a_file(tmp_path, SKAB_HEADER.replace("Pressure;", ""), "x")
    assert guess_profile(path, None) == "pump"
    with pytest.raises(RecordingError, match=r"column 'Pressure' is missing .*pressure_bar"):
        read_file(path, "pump")


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"t,temperature_c\n1,\xff\xfe\n")
    with pytest.raises(RecordingError, match="cannot be read as CSV"):
        read_file(path)


def test_wrong_names_are_explained(tmp_path: Path) -> None:
    path = a_file(tmp_path, "t,a", "1,2")
    with pytest.raises(RecordingError, match="has no channel 'pressure'; there are temperature_c"):
        read_file(path, reading=Reading({"a": "pressure"}))
    with pytest.raises(RecordingError, match="time column 'when' is missing; the file has t, a"):
        read_file(path, reading=Reading({"a": "temperature_c"}, "when"))
    with pytest.raises(SimulatorError, match="say which kind of device with --profile"):
        sources(path, device="d-1")
    with pytest.raises(SimulatorError, match="no profile 'oven'"):
        sources(path, device="d-1", profile="oven")
    with pytest.raises(SimulatorError, match=r"no \.csv file in this folder"):
        sources(Path(a_file(tmp_path, "x", name="empty/readme.txt")).parent)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "the file is empty"),
        ([SKAB_HEADER.replace("Voltage;", ""), "1"], "column 'Voltage' is missing"),
        ([SKAB_HEADER, SKAB_ROWS[0].replace("25.8", "warm")], "'warm' is no number"),
    ],
)
def test_the_command_ends_with_one_line_and_code_2(
    tmp_path: Path,
    lines: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Without a hub to talk to: bad input is found before anyone is called.
    monkeypatch.delenv("IOTHUB_CONNECTION", raising=False)
    path = a_file(tmp_path, *lines)
    assert main(["replay", str(path), "--device", "d-1", "--profile", "pump"]) == 2
    said_lines = capsys.readouterr().err.splitlines()
    assert len(said_lines) == 1
    assert said_lines[0].startswith("error: ")
    assert said in said_lines[0]
