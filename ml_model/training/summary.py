"""What a run prints at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from ml_model.detector.calibrate import Calibration
from ml_model.recording import Recording
from ml_model.training.reproduction import Figure
from ml_model.training.train import Epoch, TrainConfig


def draw_training_table(
    title: str,
    parts: Sequence[Sequence[Recording]],
    epochs: Sequence[Epoch],
    calibration: Calibration,
    program_bytes: int,
) -> Table:
    """What was read, what each part of it did, and what came of it."""
    table = Table(title=title, show_header=False)
    table.add_row(
        "read", _describe_extent([recording for part in parts for recording in part], details=True)
    )
    for name, part in zip(("trained on", "stopped by", "threshold from"), parts, strict=True):
        table.add_row(name, _describe_extent(part))
    best = [epoch for epoch in epochs if epoch.best][-1:] or list(epochs[-1:])
    table.add_row(
        "network",
        f"{len(epochs)} epochs, the best is {best[0].number} with a loss of "
        f"{best[0].held_out_loss:.4f}; {program_bytes} bytes",
    )
    table.add_row(
        "threshold",
        f"{calibration.threshold:.3f} ({calibration.method}, {calibration.peaks} peaks); "
        f"{calibration.alerts_per_day:.2g} alerts a device and day on what set it, "
        f"{calibration.target_per_day:g} allowed",
    )
    return table


def is_out_of_time(epochs: Sequence[Epoch], config: TrainConfig) -> bool:
    """Whether the time budget ended the training, not the epochs or a lack of progress."""
    progress = any(epoch.best for epoch in epochs[-config.patience :])
    return len(epochs) < config.epochs and progress


def draw_evaluation_table(title: str, metrics: Mapping[str, Any]) -> Table:
    """Faults found by kind, and the figures over all of them."""
    table = Table(title=title)
    for column in ("fault", "found", "recall", "median delay s"):
        table.add_column(column, justify="left" if column == "fault" else "right")
    events = metrics["events"]
    for kind, found in events["by_kind"].items():
        table.add_row(
            kind,
            f"{found['found']} of {found['total']}",
            *map(_format, (found["recall"], found["median_delay_s"])),
        )
    table.add_section()
    table.add_row(
        "all that change values",
        f"{events['found']} of {events['total']}",
        _format(events["recall"]),
        _format(events["median_delay_s"]),
    )
    table.caption = (
        f"events: precision {_format(events['precision'])}; readings: precision "
        f"{_format(metrics['readings']['precision'])}, recall "
        f"{_format(metrics['readings']['recall'])}; false alerts a device-day "
        f"{_format(metrics['false_alerts_per_device_day'])} over {metrics['device_days']} days"
    )
    return table


def draw_reproduction_table(title: str, figures: Sequence[Figure], *, identical: bool) -> Table:
    """The committed bundle's figures beside those of the one made again."""
    table = Table(title=f"{title}, made again")
    for column in ("figure", "committed", "made", "tolerance", "within"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for figure in figures:
        table.add_row(
            figure.name,
            *map(_format, (figure.committed, figure.made, figure.tolerance)),
            "yes" if figure.within else "no",
            style=None if figure.within else "red",
        )
    table.caption = (
        "both files are identical to the byte"
        if identical
        else "the files differ, as they may on another kind of processor: the figures decide"
    )
    return table


def _describe_extent(recordings: Sequence[Recording], *, details: bool = False) -> str:
    devices = len({recording.device for recording in recordings})
    readings = sum(len(recording.t) for recording in recordings)
    days = sum(recording.days for recording in recordings)
    extent = f"{devices} devices, {readings:,} readings, {days:.2f} device-days"
    if not details:
        return extent
    missing = sum(int(np.isnan(recording.values).sum()) for recording in recordings)
    values = sum(recording.values.size for recording in recordings)
    faulty = sum(int((recording.fault != "").sum()) for recording in recordings)
    return (
        f"{extent}, {missing / values:.1%} of the values missing, {faulty:,} readings with a fault"
    )


def _format(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
