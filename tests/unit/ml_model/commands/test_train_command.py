"""Training by the command line: bad recordings end in one clear line, unusual ones in a remark."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from ml_model.__main__ import main
from ml_model.detector.presets import preset_of
from ml_model.recording import Recording
from ml_model.recordings.files import FileSource
from ml_model.recordings.flags import add_source_flags, source_of
from ml_model.training.fitting import TrainingOrder, fit_detector
from ml_model.training.train import TrainConfig
from tocsin.profiles import load_profiles

PROFILE = load_profiles()["environment"]
START_MS = 1_767_571_200_000
READINGS = 3_000


def recording(device: str, rows: int = READINGS) -> Recording:
    rng = np.random.default_rng(len(device) + rows)
    values = 50 + rng.normal(0, 1, size=(rows, len(PROFILE.channels)))
    t = START_MS + round(PROFILE.period_s * 1_000) * np.arange(rows, dtype=np.int64)
    return Recording(device, t, values.astype(np.float32), np.full(rows, "", dtype="U8"))


def write_csv(path: Path, *recordings: Recording) -> Path:
    lines = [",".join(["t", "device", *PROFILE.channel_names, "fault"])]
    for recording in recordings:
        for t, row, fault in zip(recording.t, recording.values, recording.fault, strict=True):
            cells = ["" if np.isnan(value) else f"{value:.6g}" for value in row]
            lines.append(",".join([str(t), recording.device, *cells, fault]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def train(tmp_path: Path, *recordings: Recording, more: tuple[str, ...] = ()) -> int:
    file = write_csv(tmp_path / "plant.csv", *recordings)
    return main(
        [
            "train", "--profile", "environment", "--data", str(file), "--epochs", "1",
            "--out", str(tmp_path / "out"), *more,
        ]
    )  # fmt: skip


def without_values(recording: Recording, channel: int, rows: slice) -> Recording:
    values = recording.values.copy()
    values[rows, channel] = np.nan
    return replace(recording, values=values)


def slower(recording: Recording) -> Recording:
    return replace(recording, t=START_MS + 5 * (recording.t - START_MS))


def gappy(recording: Recording) -> Recording:
    """A silence of a window after every 20 readings."""
    return replace(recording, t=recording.t + 32_000 * (np.arange(len(recording.t)) // 20))


@pytest.mark.parametrize(
    ("unfit", "said"),
    [
        (recording("a", rows=500), "500 readings give 469 windows without a fault or a silence"),
        (recording("a", rows=20), "no device has 32 readings in a row"),
        (gappy(recording("a")), "no device has 32 readings in a row"),
        (
            without_values(recording("a"), 1, slice(None)),
            "'humidity_pct' of 'environment' has no value",
        ),
        (
            without_values(recording("a"), 1, slice(0, 1_800)),
            "has no value in the part that trains",
        ),
        (replace(recording("a"), fault=np.full(READINGS, "odd")), "3000 readings give 0 windows"),
        (slower(recording("a")), "device 'a': a reading comes every 5 s, but 'environment'"),
    ],
)
def test_what_cannot_train_ends_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unfit: Recording, said: str
) -> None:
    assert train(tmp_path, unfit) == 2
    error = capsys.readouterr().err
    assert error.startswith("ml_model train: ")
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out" / "bundle").exists()


def test_the_unusual_trains_and_is_remarked_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # One channel stands still throughout, another says something in the first half only.
    still = without_values(recording("still"), 1, slice(0, 1_500))
    still.values[:, 2] = 50.0
    assert train(tmp_path, still, recording("short", rows=31)) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "left out, without 32 readings in a row without a silence of half a window: short" in shown
    )
    assert shown.count("channel 'battery_pct' is constant at 50") == 1
    described = json.loads((tmp_path / "out" / "bundle" / "bundle.json").read_text())
    assert described["training"]["devices"] == 1
    assert described["training"]["command"].endswith("--data plant.csv")
    assert f"python -m ml_model evaluate --profile environment --bundle {tmp_path}" in shown


def test_faults_have_no_say_in_the_threshold(tmp_path: Path) -> None:
    plain, odd = recording("a"), recording("a")
    for made in (plain, odd):
        made.fault[2_600:2_700] = "odd"
    odd.values[2_600:2_700] += 40.0 * (-1.0) ** np.arange(100)[:, None]
    thresholds = []
    for name, made in (("plain", plain), ("odd", odd)):
        order = TrainingOrder(
            source=FileSource([write_csv(tmp_path / f"{name}.csv", made)]),
            preset=preset_of(PROFILE),
            config=TrainConfig(epochs=1),
            target_per_day=0.5,
            command="a test",
        )
        detector = fit_detector(order, PROFILE, Console(quiet=True))
        thresholds.append(detector.calibration.threshold)
    assert thresholds[0] == thresholds[1]


def test_the_simulated_fleet_is_a_source_of_training(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_source_flags(parser)
    source = source_of(parser.parse_args(["--simulated", "2,0.5,3"]), tmp_path, "training")
    assert source.flags == "--simulated 2,0.5,3,none"
    flags = ["--simulated", "2,0.5,3", "--rest", "20/5"]
    source = source_of(parser.parse_args(flags), tmp_path, "training")
    assert source.flags == "--simulated 2,0.5,3,none --rest 20/5"
    flags = ["--simulated", "2,0.5,3", "--sensors", "coarse"]
    source = source_of(parser.parse_args(flags), tmp_path, "training")
    assert source.flags == "--simulated 2,0.5,3,none --sensors coarse"
    recorded = source.read(PROFILE, Console(quiet=True))
    assert sum(len(found.t) for found in recorded.recordings) == 3_600
    assert (tmp_path / "simulated.csv").is_file()


def test_a_bundle_is_evaluated_on_the_simulated_fleet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--profile", "environment", "--out", str(tmp_path), "--simulated"]
    assert main([*command, "1,3,4,spike"]) == 0
    assert "spike" in capsys.readouterr().out
    for flags, said in (
        (["1,0.5,4,nonsense"], "no kind 'nonsense'"),
        (["1,0.5,4", "--rest", "often"], "--rest often: say none, nights, or minutes"),
    ):
        assert main([*command, *flags]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--simulated", "12"], "'12' is not DEVICES,HOURS[,SEED[,FAULTS]]"),
        (["--simulated", "0,6"], "at least one device"),
        (["--simulated", "1,inf"], "more than 0 hours"),
        (["--from-cosmos", "--since", "yesterday"], "'yesterday' is no time"),
        (["--from-cosmos", "--data", "x.csv"], "not allowed with"),
        ([], "one of the arguments --data --simulated --from-cosmos is required"),
    ],
)
def test_a_wrong_source_is_refused(
    capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", "--profile", "environment", *flags])
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_a_time_that_ends_before_it_begins_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    times = ["--since", "2026-11-20", "--until", "2026-11-19T12:00"]
    assert main(["train", "--profile", "environment", "--from-cosmos", *times]) == 2
    assert "is not before --until 2026-11-19T12:00:00+00:00" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--data", "x.csv", "--since", "2026-11-20"], "--since and --until go with --from-cosmos"),
        (["--simulated", "1,1", "--until", "2026-11-20"], "go with --from-cosmos only"),
        (["--from-cosmos", "--time-column", "at"], "--time-column goes with --data only"),
        (["--from-cosmos", "--sensors", "coarse"], "--sensors goes with --simulated only"),
        (["--from-cosmos", "--rest", "nights"], "--rest goes with --simulated only"),
    ],
)
def test_a_flag_that_the_source_does_not_heed_is_refused(
    capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    assert main(["evaluate", "--profile", "environment", *flags]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_help_shows_each_source_by_an_example(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    examples = capsys.readouterr().out.partition("examples:")[2]
    for source in ("--data", "--simulated", "--from-cosmos"):
        assert source in examples
