"""A training run and an evaluation, each leaving a folder with its figures and plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ml_model import export, plots
from ml_model.calibrate import calibrate
from ml_model.data import Recording, check_trainable, read_recordings, sha256_of, split
from ml_model.evaluate import Judged, judge, metrics_of
from ml_model.model import WindowAutoencoder
from ml_model.paths import BUNDLE_FILE
from ml_model.presets import Preset
from ml_model.scoring import ScoredRecording, score_recording
from ml_model.train import Epoch, TrainConfig, train
from tocsin.domain.bundle import parse_bundle
from tocsin.domain.profile import Profile

UNIT_QUANTILE = 0.99  # of normal scores: what the score 1 means
BUNDLE_FOLDER = "bundle"


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train from, how, and what to write into the bundle about it."""

    files: Sequence[Path]
    preset: Preset
    config: TrainConfig
    target_per_day: float
    command: str


def run_training(order: TrainingOrder, profile: Profile, out: Path, console: Console) -> Path:
    """Train, calibrate and export a bundle. Returns its folder, ``out/bundle``.

    Recordings are split into those that train, those that stop the training early, and those that
    set the threshold. Raises RecordingError, InvalidBundleError.
    """
    recordings = read_recordings(order.files, profile)
    for remark in check_trainable(recordings, profile):
        console.print(f"[yellow]{remark}[/]")
    training, held_out, calibrating = split(recordings)
    model, epochs = _train(order, training, held_out, profile, console=console)
    scored = _to_unit(model, [score_recording(model, one, profile) for one in calibrating])
    hysteresis = order.preset.hysteresis
    calibration = calibrate(scored, hysteresis, order.target_per_day)
    description = export.write_bundle(
        out / BUNDLE_FOLDER,
        model,
        profile,
        calibration=calibration,
        hysteresis=hysteresis,
        training={
            "rows": sum(len(one.t) for one in recordings),
            "devices": len({one.device for one in recordings}),
            "data_sha256": sha256_of(order.files),
            "seed": order.config.seed,
            "epochs": len(epochs),
            "command": order.command,
        },
    )
    _write_json(
        out / "config.json",
        {"model": asdict(model.config), "training": asdict(order.config)}
        | {"epochs": [asdict(epoch) for epoch in epochs], "calibration": asdict(calibration)},
    )
    plots.plot_training(epochs, out / "training.png")
    raise_after = hysteresis.raise_after
    plots.plot_calibration(scored, calibration, raise_after, out / "calibration.png")
    console.print(
        f"{profile.name} {description['version']}: {len(epochs)} epochs, threshold "
        f"{calibration.threshold:.3f} ({calibration.method}, {calibration.peaks} peaks in "
        f"{calibration.days:.1f} device-days), program {description['program']['bytes']} bytes"
    )
    return out / BUNDLE_FOLDER


def run_evaluation(
    bundle: Path, files: Sequence[Path], profile: Profile, out: Path, console: Console
) -> dict[str, Any]:
    """Evaluate a bundle on labelled recordings; writes ``out/metrics.json`` and plots.

    Returns the metrics. Raises RecordingError, InvalidBundleError.
    """
    spec = parse_bundle((bundle / BUNDLE_FILE).read_bytes(), profile)
    program = export.load_program(bundle)
    judged = [
        judge(score_recording(program, one, profile), spec.threshold, spec.hysteresis, spec.window)
        for one in read_recordings(files, profile)
    ]
    metrics = metrics_of(judged)
    _write_json(out / "metrics.json", {"version": spec.version, **metrics})
    _plot(judged, spec.threshold, out)
    console.print(_table(f"{profile.name} {spec.version}", metrics))
    return metrics


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
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"training {profile.name}", total=order.config.epochs)

        def report(epoch: Epoch) -> None:
            loss = f"training {profile.name}: loss {epoch.held_out_loss:.4f}"
            progress.update(task, completed=epoch.number, description=loss)

        return train(training, held_out, profile, shape, order.config, report=report)


def _to_unit(model: WindowAutoencoder, scored: list[ScoredRecording]) -> list[ScoredRecording]:
    """Set the model's unit so that 1 is the score of the oddest 1 % of normal readings."""
    unit = float(np.nanquantile(np.concatenate([one.score for one in scored]), UNIT_QUANTILE))
    model.unit.fill_(max(unit, 1e-6))
    return [ScoredRecording(one.recording, one.score / model.unit.item()) for one in scored]


def _plot(judged: Sequence[Judged], threshold: float, out: Path) -> None:
    plots.plot_precision_recall(judged, out / "precision_recall.png")
    with_events = [one for one in judged if one.events] or judged
    plots.plot_scores(with_events[0], threshold, out / "scores.png")


def _table(title: str, metrics: Mapping[str, Any]) -> Table:
    table = Table(title=title)
    for column in ("fault", "found", "recall", "median delay s"):
        table.add_column(column, justify="left" if column == "fault" else "right")
    events = metrics["events"]
    for kind, one in events["by_kind"].items():
        table.add_row(
            kind,
            f"{one['found']} of {one['total']}",
            *map(_shown, (one["recall"], one["median_delay_s"])),
        )
    table.add_section()
    table.add_row(
        "all that change values",
        f"{events['found']} of {events['total']}",
        _shown(events["recall"]),
        _shown(events["median_delay_s"]),
    )
    table.caption = (
        f"events: precision {_shown(events['precision'])}; readings: precision "
        f"{_shown(metrics['readings']['precision'])}, recall "
        f"{_shown(metrics['readings']['recall'])}; false alerts a device-day "
        f"{_shown(metrics['false_alerts_per_device_day'])} over {metrics['device_days']} days"
    )
    return table


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
