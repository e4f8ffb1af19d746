"""Plots of a run: training, reconstruction, calibration, precision and recall, scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from ml_model.detector.calibrate import Calibration
from ml_model.detector.informed import Exportable, InformedAutoencoder
from ml_model.detector.scoring import ScoredRecording
from ml_model.judging.evaluate import Judgement, mark_readings
from ml_model.recording import Recording, window_chunks
from ml_model.training.train import Epoch
from tocsin.domain.calling.thresholds import sustain
from tocsin.domain.profile import Profile

SHOWN_READINGS = 3_600
SHOWN_WINDOWS = 600


def plot_training(epochs: Sequence[Epoch], path: Path) -> None:
    figure = Figure()
    axes = figure.subplots()
    numbers = [epoch.number for epoch in epochs]
    axes.plot(numbers, [epoch.train_loss for epoch in epochs], label="training")
    axes.plot(numbers, [epoch.held_out_loss for epoch in epochs], label="held out")
    axes.set(xlabel="epoch", ylabel="reconstruction loss", title="Training")
    axes.legend()
    _save_figure(figure, path)


def plot_reconstruction(
    model: Exportable, recording: Recording, profile: Profile, path: Path
) -> None:
    """The view with the most prototypes: its last block of each channel and what the nearest
    prototype makes of it, over the first windows of *recording*."""
    windows, _ = next(window_chunks(recording, profile))
    if isinstance(model, InformedAutoencoder):
        # What it makes of the readings alone: what a covariate leaves is in no unit of theirs.
        windows = model.cut(torch.from_numpy(windows))[0].numpy()
        model = model.plain
    views = model.config.views
    index = max(range(len(views)), key=lambda i: views[i].prototypes)
    with torch.inference_mode():
        seen = model.look(torch.from_numpy(windows[:SHOWN_WINDOWS].copy()))[index]
        encoded = model.quantiser(index).encode(seen)
        made = model.quantiser(index).reconstruct(encoded).expand_as(encoded)
    names = profile.judged_names
    figure = Figure(figsize=(12, 1.5 * len(names) + 1))
    for axes, name, whitened, two in zip(
        figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0],
        names,
        encoded[:, -1].T,
        made[:, -1].T,
        strict=True,
    ):
        axes.plot(whitened, linewidth=0.8, label="whitened")
        axes.plot(two, linewidth=0.8, label="nearest prototype")
        axes.set_ylabel(name, fontsize=7)
    axes.set_xlabel(f"window, seen as {views[index].kind} of {views[index].rows} readings")
    axes.legend(fontsize=7)
    _save_figure(figure, path)


def plot_calibration(
    scored: Sequence[ScoredRecording], calibration: Calibration, raise_after: int, path: Path
) -> None:
    """How often the sustained score passes a level, on held-out normal readings."""
    series = np.concatenate([sustain(recording.score, raise_after) for recording in scored])
    ordered = np.sort(series[np.isfinite(series)])[::-1]
    figure = Figure()
    axes = figure.subplots()
    axes.semilogy(ordered, np.arange(1, len(ordered) + 1) / len(ordered))
    axes.axvline(calibration.threshold, color="black", linestyle="--", label="threshold")
    axes.set(xlabel="sustained score", ylabel="share of readings above", title="Normal running")
    axes.legend()
    _save_figure(figure, path)


def plot_precision_recall(judged: Sequence[Judgement], path: Path) -> None:
    """Precision and recall of single readings over all thresholds."""
    pairs = [(judgement, *mark_readings(judgement)) for judgement in judged]
    labels = np.concatenate([faulty[counts] for _, faulty, counts in pairs])
    scores = np.concatenate([judgement.scored.score[counts] for judgement, _, counts in pairs])
    if not labels.any():
        return
    precision, recall, _ = precision_recall_curve(labels, scores)
    figure = Figure()
    axes = figure.subplots()
    axes.plot(recall, precision)
    axes.set(xlabel="recall", ylabel="precision", title="Readings", ylim=(0, 1.02))
    _save_figure(figure, path)


def plot_scores(judged: Judgement, threshold: float, path: Path) -> None:
    """The score around the first faults of a recording, its labels shaded."""
    start = max(0, judged.events[0].start - 300) if judged.events else 0
    part = slice(start, start + SHOWN_READINGS)
    figure = Figure(figsize=(12, 4))
    axes = figure.subplots()
    axes.plot(range(start, start + len(judged.scored.score[part])), judged.scored.score[part])
    axes.axhline(threshold, color="black", linestyle="--", label="threshold")
    for event in judged.events:
        if event.start < start + SHOWN_READINGS:
            axes.axvspan(event.start, event.end, alpha=0.25, color="tab:red")
            axes.annotate(event.kind, (event.start, threshold), fontsize=7, rotation=90)
    axes.set(xlabel="reading", ylabel="score", title=judged.scored.recording.device)
    axes.legend()
    _save_figure(figure, path)


def _save_figure(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
