"""A training run and an evaluation, each leaving a folder with its figures and plots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress, track

from ml_model.detector import export
from ml_model.detector.calibrate import calibrate
from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.presets import TARGET_PER_DAY, Preset
from ml_model.detector.scoring import ScoredRecording, score_recording
from ml_model.judging.drift import reference_from
from ml_model.judging.evaluate import Judgement, judge, metrics_of
from ml_model.paths import BUNDLE_FILE
from ml_model.recording import Recording, find_normal_ends, split
from ml_model.recordings.checks import check_parts, check_trainable, keep_windowed
from ml_model.recordings.source import Recorded, Source
from ml_model.training import plots
from ml_model.training.summary import evaluation_table, is_out_of_time, training_table
from ml_model.training.train import Epoch, TrainConfig, train
from tocsin.domain.bundle import parse_bundle
from tocsin.domain.decisions import Rule
from tocsin.domain.profile import Profile

UNIT_QUANTILE = 0.99  # of normal scores: what the score 1 means
BUNDLE_FOLDER = "bundle"


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train from, how, and what to write into the bundle about it."""

    source: Source
    preset: Preset
    config: TrainConfig
    target_per_day: float
    command: str


def run_training(order: TrainingOrder, profile: Profile, out: Path, console: Console) -> Path:
    """Train, calibrate and export a bundle. Returns its folder, ``out/bundle``.

    Recordings are split into those that train, those that stop the training early, and those that
    set the threshold. Raises RecordingError, InvalidBundleError.
    """
    recorded = order.source.read(profile, console)
    recordings, parts = _parts(recorded, profile, console)
    training, held_out, calibrating = parts
    model, epochs = _train(order, training, held_out, profile, console=console)
    scored = _to_unit(model, _normal_scores(model, calibrating, profile, console))
    hysteresis = order.preset.hysteresis
    calibration = calibrate(scored, hysteresis, order.target_per_day)
    description = export.write_bundle(
        out / BUNDLE_FOLDER,
        model,
        profile,
        calibration=calibration,
        hysteresis=hysteresis,
        training={
            "rows": sum(len(recording.t) for recording in recordings),
            "devices": len({recording.device for recording in recordings}),
            "data_sha256": recorded.sha256,
            "seed": order.config.seed,
            "epochs": len(epochs),
            "command": order.command,
        },
        reference=reference_from(scored, recordings, profile),
    )
    _write_json(
        out / "config.json",
        {"model": asdict(model.config), "training": asdict(order.config)}
        | {"epochs": [asdict(epoch) for epoch in epochs], "calibration": asdict(calibration)},
    )
    plots.plot_training(epochs, out / "training.png")
    plots.plot_reconstruction(model, calibrating[0], profile, out / "reconstruction.png")
    plots.plot_calibration(scored, calibration, hysteresis.raise_after, out / "calibration.png")
    if calibration.tail is None:
        _remark(
            console,
            f"{calibration.peaks} peaks are too few to tell a rate from: the threshold is the "
            "highest normal score and a tenth of it; record longer for one that fits the target",
        )
    if is_out_of_time(epochs, order.config):
        _remark(console, "the time budget ended the training: another run may differ (--budget-s)")
    title = f"{profile.name} {description['version']}"
    size = description["program"]["bytes"]
    console.print(training_table(title, parts, epochs, calibration, size))
    return out / BUNDLE_FOLDER


def run_evaluation(
    bundle: Path, source: Source, profile: Profile, out: Path, console: Console
) -> dict[str, Any]:
    """Evaluate a bundle on labelled recordings; writes ``out/metrics.json`` and plots.

    Returns the metrics. Raises RecordingError, InvalidBundleError.
    """
    spec = parse_bundle((bundle / BUNDLE_FILE).read_bytes(), profile)
    rule = Rule.of(spec, profile, TARGET_PER_DAY)
    program = export.load_program(bundle)
    recorded = source.read(profile, console)
    recordings, remarks = keep_windowed(recorded.recordings, profile)
    _remark(console, *recorded.remarks, *remarks)
    judged = [
        judge(score_recording(program, recording, profile), rule, spec.window)
        for recording in _shown_progress(recordings, f"scoring with {spec.version}", console)
    ]
    metrics = metrics_of(judged)
    _write_json(out / "metrics.json", {"version": spec.version, **metrics})
    _plot(judged, rule.threshold, out)
    console.print(evaluation_table(f"{profile.name} {spec.version}", metrics))
    return metrics


def _parts(
    recorded: Recorded, profile: Profile, console: Console
) -> tuple[list[Recording], tuple[list[Recording], ...]]:
    """The recordings that are of use, whole and split into their parts, checked."""
    recordings, left_out = keep_windowed(recorded.recordings, profile)
    remarks = [*recorded.remarks, *left_out, *check_trainable(recordings, profile)]
    parts = split(recordings)
    _remark(console, *dict.fromkeys([*remarks, *check_parts(parts, profile)]))
    return recordings, parts


def _remark(console: Console, *remarks: str) -> None:
    for remark in remarks:
        console.print(remark, style="yellow", markup=False, highlight=False)


def _shown_progress(
    recordings: Sequence[Recording], what: str, console: Console
) -> Iterable[Recording]:
    return track(recordings, what, console=console, transient=True, disable=not console.is_terminal)


def _train(
    order: TrainingOrder,
    training: Sequence[Recording],
    held_out: Sequence[Recording],
    profile: Profile,
    *,
    console: Console,
) -> tuple[WindowAutoencoder, list[Epoch]]:
    """Train with a progress bar."""
    shape = order.preset.model_config(profile)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"training {profile.name}", total=order.config.epochs)

        def report(epoch: Epoch) -> None:
            loss = f"training {profile.name}: loss {epoch.held_out_loss:.4f}"
            progress.update(task, completed=epoch.number, description=loss)

        return train(training, held_out, profile, shape, order.config, report=report)


def _normal_scores(
    model: WindowAutoencoder, recordings: Sequence[Recording], profile: Profile, console: Console
) -> list[ScoredRecording]:
    """Score recordings; a window with a fault in it has no say in what is normal."""
    scored = []
    for recording in _shown_progress(recordings, "scoring what sets the threshold", console):
        found = score_recording(model, recording, profile)
        normal = np.where(find_normal_ends(recording, profile), found.score, np.float32(np.nan))
        scored.append(replace(found, score=normal))
    return scored


def _to_unit(model: WindowAutoencoder, scored: list[ScoredRecording]) -> list[ScoredRecording]:
    """Set the model's unit so that 1 is the score of the oddest 1 % of normal readings."""
    unit = float(
        np.nanquantile(np.concatenate([recording.score for recording in scored]), UNIT_QUANTILE)
    )
    model.unit.fill_(max(unit, 1e-6))
    unit = model.unit.item()
    return [
        ScoredRecording(recording.recording, recording.score / unit, recording.sensors)
        for recording in scored
    ]


def _plot(judged: Sequence[Judgement], threshold: float, out: Path) -> None:
    plots.plot_precision_recall(judged, out / "precision_recall.png")
    with_events = [judgement for judgement in judged if judgement.events] or judged
    plots.plot_scores(with_events[0], threshold, out / "scores.png")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
