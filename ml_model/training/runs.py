"""A training run and an evaluation, each leaving a folder with its figures and plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from ml_model.detector import export
from ml_model.detector.presets import TARGET_PER_DAY
from ml_model.detector.scoring import score_recording
from ml_model.judging.drift import reference_from
from ml_model.judging.evaluate import Judgement, judge, metrics_of
from ml_model.paths import BUNDLE_FILE
from ml_model.recordings.checks import keep_windowed
from ml_model.recordings.source import Source
from ml_model.training import plots
from ml_model.training.fitting import Detector, TrainingOrder, fit_detector
from ml_model.training.progress import print_remarks, track_recordings
from ml_model.training.summary import draw_evaluation_table, draw_training_table, is_out_of_time
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.profile import Profile

BUNDLE_FOLDER = "bundle"


def run_training(order: TrainingOrder, profile: Profile, out: Path, console: Console) -> Path:
    """Train, calibrate and export a bundle. Returns its folder, ``out/bundle``.

    Leaves config.json and plots in *out*. Raises RecordingError, InvalidBundleError.
    """
    detector = fit_detector(order, profile, console)
    description = export.write_bundle(
        out / BUNDLE_FOLDER,
        detector.model,
        profile,
        calibration=detector.calibration,
        hysteresis=order.preset.hysteresis,
        training=describe_training(order, detector),
        reference=reference_from(detector.scored, detector.recordings, profile),
    )
    _write_json(out / "config.json", _describe_config(order, detector))
    _save_training_plots(detector, order, profile, out)
    calibration = detector.calibration
    if calibration.tail is None:
        print_remarks(
            console,
            f"{calibration.peaks} peaks are too few to tell a rate from: the threshold is the "
            "highest normal score and a tenth of it; record longer for one that fits the target",
        )
    if is_out_of_time(detector.epochs, order.config):
        print_remarks(
            console, "the time budget ended the training: another run may differ (--budget-s)"
        )
    title = f"{profile.name} {description['version']}"
    size = description["program"]["bytes"]
    console.print(draw_training_table(title, detector.parts, detector.epochs, calibration, size))
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
    print_remarks(console, *recorded.remarks, *remarks)
    judged = [
        judge(score_recording(program, recording, profile, rule.telling), rule, profile)
        for recording in track_recordings(recordings, f"scoring with {spec.version}", console)
    ]
    metrics = metrics_of(judged)
    _write_json(out / "metrics.json", {"version": spec.version, **metrics})
    _save_evaluation_plots(judged, rule.threshold, out)
    console.print(draw_evaluation_table(f"{profile.name} {spec.version}", metrics))
    return metrics


def describe_training(order: TrainingOrder, detector: Detector) -> dict[str, Any]:
    """The field ``training`` of bundle.json."""
    recordings = detector.recordings
    return {
        "rows": sum(len(recording.t) for recording in recordings),
        "devices": len({recording.device for recording in recordings}),
        "data_sha256": detector.data_sha256,
        "seed": order.config.seed,
        "epochs": len(detector.epochs),
        "command": order.command,
    }


def _describe_config(order: TrainingOrder, detector: Detector) -> dict[str, Any]:
    """The content of config.json: all that decided how the training went."""
    return {
        "model": asdict(detector.model.config),
        "training": asdict(order.config),
        "epochs": [asdict(epoch) for epoch in detector.epochs],
        "calibration": asdict(detector.calibration),
    }


def _save_training_plots(
    detector: Detector, order: TrainingOrder, profile: Profile, out: Path
) -> None:
    raise_after = order.preset.hysteresis.raise_after
    calibrating = detector.parts[-1]
    plots.plot_training(detector.epochs, out / "training.png")
    plots.plot_reconstruction(detector.model, calibrating[0], profile, out / "reconstruction.png")
    plots.plot_calibration(
        detector.scored, detector.calibration, raise_after, out / "calibration.png"
    )


def _save_evaluation_plots(judged: Sequence[Judgement], threshold: float, out: Path) -> None:
    plots.plot_precision_recall(judged, out / "precision_recall.png")
    with_events = [judgement for judgement in judged if judgement.events] or judged
    plots.plot_scores(with_events[0], threshold, out / "scores.png")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
