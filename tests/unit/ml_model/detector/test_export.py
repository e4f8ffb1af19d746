"""Bundles on disk: they load without ml_model, score the same, and say what they are."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from ml_model.__main__ import main
from ml_model.detector import export
from ml_model.detector.calibrate import Calibration
from ml_model.detector.model import ModelConfig, WindowAutoencoder
from ml_model.detector.presets import Preset
from ml_model.detector.views import View
from ml_model.judging.drift import reference_from
from ml_model.paths import BUNDLE_FILE, BUNDLES, PROGRAM_FILE
from ml_model.recording import Recording
from ml_model.recordings.files import FileSource
from ml_model.training.fitting import TrainingOrder, fit_detector
from ml_model.training.runs import describe_training, run_evaluation, run_training
from tests.unit.ml_model.made_recordings import (
    CONFIG,
    PLANT,
    QUICK,
    answers,
    copy_model,
    normal_recording,
    windows_of,
    write_csv,
)
from tocsin.adapters.program.graph import load_program as load_graph
from tocsin.adapters.program.run import GraphProgram
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.models.drift import drift_of, parse_reference
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
LARGEST_BYTES = 400_000
PRESET = Preset(CONFIG.views, CONFIG.early, Hysteresis(raise_after=2, clear_after=5))
SMALL = ModelConfig(window=32, channels=3, views=(View("level", rows=4),))
FOUND = Calibration(
    threshold=1.5, method="highest", target_per_day=0.5, alerts_per_day=0.0, days=0.1,
    peaks=3, usual_score=0.8, tail=None,
)  # fmt: skip
TAIL = Tail(level=1.0, peaks_per_day=40.0, shape=0.1, scale=0.2)


def order(files: list[Path]) -> TrainingOrder:
    return TrainingOrder(
        source=FileSource(files),
        preset=PRESET,
        config=QUICK,
        target_per_day=0.5,
        command="a test",
    )


def make_recordings() -> list[Recording]:
    """Three that train, one that stops the training, and a long one with peaks to calibrate on."""
    rows = (3_000, 3_000, 3_000, 3_000, 8_000)
    return [normal_recording(f"d{at}", seed=at, rows=count) for at, count in enumerate(rows)]


def faulty_recording(device: str, seed: int) -> Recording:
    recording = normal_recording(device, seed=seed, rows=1_000)
    recording.values[500:540, 0] += 15.0
    recording.fault[500:540] = "level_shift"
    return recording


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one small training run."""
    out = tmp_path_factory.mktemp("run")
    recordings = make_recordings()
    file = write_csv(out / "normal.csv", recordings)
    run_training(order([file]), PLANT, out, Console(quiet=True))
    return out


def test_a_run_leaves_its_figures_plots_and_bundle(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == {
        "normal.csv", "bundle", "config.json", "training.png", "calibration.png",
        "reconstruction.png",
    }  # fmt: skip
    assert {path.name for path in (run / "bundle").iterdir()} == {PROGRAM_FILE, BUNDLE_FILE}
    config = json.loads((run / "config.json").read_text())
    assert config["training"]["seed"] == 3
    assert len(config["epochs"]) == 3


def test_the_description_is_one_the_product_accepts(run: Path) -> None:
    spec = parse_bundle((run / "bundle" / BUNDLE_FILE).read_bytes(), PLANT)
    assert re.fullmatch(rf"{export.MODEL_GENERATION}-[0-9a-f]{{8}}", spec.version)
    assert spec.threshold > 1.0
    assert spec.tail is not None
    assert 0 < spec.usual_score < spec.threshold
    assert spec.cooldown_s == export.COOLDOWN * PLANT.period_s
    described = export.read_description(run / "bundle")
    assert described["training"]["rows"] == 20_000
    assert described["program"]["bytes"] == (run / "bundle" / PROGRAM_FILE).stat().st_size


def test_the_description_says_what_the_bundle_was_made_on(run: Path) -> None:
    described = export.read_description(run / "bundle")
    recordings = make_recordings()
    reference = parse_reference(described, PLANT)
    values = np.concatenate([recording.values for recording in recordings])
    drift = drift_of(reference, np.empty(0), values)
    assert drift.figure == pytest.approx(0, abs=1e-4)
    assert sum(reference.score.shares) == pytest.approx(1, abs=1e-4)


def test_the_same_recordings_give_the_same_bundle(run: Path, tmp_path: Path) -> None:
    asked = order([run / "normal.csv"])
    again = fit_detector(asked, PLANT, Console(quiet=True))
    export.export_program(again.model, tmp_path / PROGRAM_FILE)
    described = export.describe_bundle(
        tmp_path / PROGRAM_FILE,
        again.model,
        PLANT,
        calibration=again.calibration,
        hysteresis=PRESET.hysteresis,
        training=describe_training(asked, again),
        reference=reference_from(again.scored, again.recordings, PLANT),
    )
    written = export.read_description(run / "bundle")
    assert json.loads(json.dumps(described)) == written, "the program's hash is part of it"


def test_evaluation_finds_the_faults(run: Path, tmp_path: Path) -> None:
    faulty = [faulty_recording(f"f{seed}", seed) for seed in (21, 22)]
    file = write_csv(tmp_path / "faulty.csv", faulty, faults=True)
    metrics = run_evaluation(
        run / "bundle", FileSource([file]), PLANT, tmp_path, Console(quiet=True)
    )
    assert metrics["events"]["found"] == metrics["events"]["total"] == 2
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["events"] == metrics["events"]
    assert (tmp_path / "scores.png").stat().st_size > 1_000
    assert (tmp_path / "precision_recall.png").stat().st_size > 1_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> GraphProgram:
    """The model of trained_model() as the function runs it."""
    path = tmp_path_factory.mktemp("program") / PROGRAM_FILE
    export.export_program(copy_model(), path)
    graph = load_graph(path.read_bytes())
    assert isinstance(graph, GraphProgram), "not left to torch"
    return graph


@pytest.mark.parametrize("batch", [1, 2, 300])
def test_the_program_scores_as_the_model_does(program: GraphProgram, batch: int) -> None:
    rng = np.random.default_rng(batch)
    windows = windows_of(normal_recording("x", seed=9))[:batch].copy()
    windows[rng.random(windows.shape) < 0.05] = np.nan
    windows[rng.random(windows.shape) < 0.001] = np.inf
    windows[::3, -6:, 0] += 8.0
    windows[1::5, -14:, 1] = 900.0
    windows[2::5, -14:, 2] = np.nan
    found = [part.numpy() for part in program(torch.from_numpy(windows))]
    for answer, expected in zip(found, answers(copy_model(), windows), strict=True):
        np.testing.assert_allclose(answer, expected, rtol=1e-5, atol=1e-5)
    if batch > 2:
        assert set(np.unique(found[2])) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize("shape", [(1, 31, 3), (1, 32, 4), (32, 3)])
def test_windows_of_another_shape_are_refused(
    program: GraphProgram, shape: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="for a program of"):
        program(torch.zeros(shape))


def test_a_changed_program_is_refused(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run / "bundle", tmp_path / "bundle")
    with (tmp_path / "bundle" / PROGRAM_FILE).open("ab") as file:
        file.write(b"x")
    with pytest.raises(InvalidBundleError, match="not the program"):
        export.load_program(tmp_path / "bundle")


def test_a_program_that_scores_otherwise_is_refused() -> None:
    model, other = WindowAutoencoder(SMALL).eval(), WindowAutoencoder(SMALL).eval()
    other.unit.fill_(2.0)

    def score_as(scoring: WindowAutoencoder) -> export.Scorer:
        return lambda _path, windows: list(answers(scoring, windows))

    export.check_reload(model, Path("model.pt2"), score=score_as(model))
    with pytest.raises(InvalidBundleError, match="scores otherwise"):
        export.check_reload(model, Path("model.pt2"), score=score_as(other))


def test_the_version_follows_what_changes_a_decision() -> None:
    torch.manual_seed(1)
    model = WindowAutoencoder(SMALL)
    hysteresis = Hysteresis(3, 10)
    version = export.version_of(model, FOUND, hysteresis, 60.0)
    assert version == export.version_of(model, FOUND, hysteresis, 60.0)
    assert version != export.version_of(model, replace(FOUND, threshold=1.6), hysteresis, 60.0)
    assert version != export.version_of(model, replace(FOUND, tail=TAIL), hysteresis, 60.0)
    assert version != export.version_of(model, replace(FOUND, usual_score=0.9), hysteresis, 60.0)
    assert version != export.version_of(model, FOUND, Hysteresis(4, 10), 60.0)
    assert version != export.version_of(model, FOUND, hysteresis, 0.0)
    model.quantiser(0).offset += 1.0
    assert version != export.version_of(model, FOUND, hysteresis, 60.0)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_each_profile_has_a_committed_bundle_that_scores(name: str) -> None:
    profile = PROFILES[name]
    spec = parse_bundle((BUNDLES / name / BUNDLE_FILE).read_bytes(), profile)
    program = export.load_program(BUNDLES / name)
    shape = (profile.window, len(profile.channels))
    for batch in (1, 3):
        windows = torch.full((batch, *shape), torch.nan)
        score, contributions, sensors = program(windows)
        assert sensors.shape == (batch, len(profile.channels))
        assert score.tolist() == [0.0] * batch
        judged = len(profile.judged_names)  # a covariate is never to blame
        np.testing.assert_allclose(contributions.numpy()[:, :judged], 1 / judged)
        assert not contributions.numpy()[:, judged:].any()
        wild = torch.from_numpy(np.random.default_rng(0).choice([-1e30, 1e30, 0.0], windows.shape))
        score, contributions, _ = program(wild.float())
        assert torch.isfinite(score).all()
        np.testing.assert_allclose(contributions.sum(1).numpy(), 1.0, rtol=1e-5)
    assert spec.threshold > 1.0


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_committed_bundles_are_small_and_hold_no_paths(name: str) -> None:
    path = BUNDLES / name / PROGRAM_FILE
    # With a covariate there are two models: one that knows it, and one for where it is not told.
    models = 2 if PROFILES[name].has_covariate else 1
    assert path.stat().st_size <= models * LARGEST_BYTES
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(member) for member in archive.namelist())
    assert b".py" not in content
    described = export.read_description(BUNDLES / name)
    assert described["training"]["command"] == f"make train PROFILE={name}"
    assert described["metrics"]["events"]["recall"] >= 0.9
    assert described["metrics"]["events"]["precision"] >= 0.9


def test_the_command_line_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere.csv"
    assert main(["train", "--profile", "pump", "--data", str(missing)]) == 2
    assert capsys.readouterr().err == f"ml_model train: {missing}: no such file or folder\n"
    assert main(["evaluate", "--profile", "pump", "--bundle", str(tmp_path), "--data", "x"]) == 2
    assert "bundle.json" in capsys.readouterr().err


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("train", "evaluate", "reproduce", "publish"))


def test_a_calibration_that_found_nothing_to_fit_can_be_described(tmp_path: Path) -> None:
    model = WindowAutoencoder(SMALL).eval()
    export.export_program(model, tmp_path / PROGRAM_FILE)
    described = export.describe_bundle(
        tmp_path / PROGRAM_FILE,
        model,
        PLANT,
        calibration=FOUND,
        hysteresis=Hysteresis(3, 10),
        training={},
        reference={},
    )
    export.write_description(tmp_path, described)
    assert described["tail"] is None
    score, *_ = export.load_program(tmp_path)(
        torch.from_numpy(windows_of(normal_recording("x", seed=1)))
    )
    assert torch.isfinite(score).all()
