"""From recordings to a detector: a trained model, the unit of its score, and its threshold.

Each step learns from a part of the recordings of its own, so that none judges what it has seen:
one part trains, one stops the training, one sets the unit and the threshold.
Shapes: a recording has n readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.progress import Progress

from ml_model.detector.calibrate import Calibration, calibrate
from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.presets import Preset
from ml_model.detector.scoring import ScoredRecording, score_recording
from ml_model.recording import Recording, find_normal_ends, split
from ml_model.recordings.checks import check_parts, check_trainable, keep_windowed
from ml_model.recordings.source import Recorded, Source
from ml_model.training.progress import print_remarks, track_recordings
from ml_model.training.train import Epoch, TrainConfig, train
from tocsin.domain.profile import Profile

UNIT_QUANTILE = 0.99  # of normal scores: what the score 1 means
LEAST_UNIT = 1e-6  # recordings without any noise would otherwise divide by nothing


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train from, how, and what to write into the bundle about it."""

    source: Source
    preset: Preset
    config: TrainConfig
    target_per_day: float
    command: str


@dataclass(frozen=True, slots=True)
class Detector:
    """A trained model with its threshold, and what both were found on.

    ``parts``: the recordings that trained, that stopped the training, and that set the threshold;
    ``scored`` are the last with their scores in the model's unit, and ``recordings`` all of them,
    whole. ``data_sha256``: hash of what they were read from.
    """

    model: WindowAutoencoder
    epochs: Sequence[Epoch]
    calibration: Calibration
    scored: Sequence[ScoredRecording]
    recordings: Sequence[Recording]
    parts: Sequence[Sequence[Recording]]
    data_sha256: str


def fit_detector(order: TrainingOrder, profile: Profile, console: Console) -> Detector:
    """Read, split and check the recordings, train, and find the threshold.

    Raises RecordingError when they cannot be read or cannot train a model.
    """
    recorded = order.source.read(profile, console)
    recordings, parts = _split_checked(recorded, profile, console)
    training, held_out, calibrating = parts
    model, epochs = _train_with_progress(order, training, held_out, profile, console=console)
    scored = _set_unit(model, _score_normal(model, calibrating, profile, console))
    calibration = calibrate(scored, order.preset.hysteresis, order.target_per_day)
    return Detector(model, epochs, calibration, scored, recordings, parts, recorded.sha256)


def _split_checked(
    recorded: Recorded, profile: Profile, console: Console
) -> tuple[list[Recording], tuple[list[Recording], ...]]:
    """The recordings that are of use, whole and split into their parts; prints the remarks."""
    recordings, left_out = keep_windowed(recorded.recordings, profile)
    remarks = [*recorded.remarks, *left_out, *check_trainable(recordings, profile)]
    parts = split(recordings)
    print_remarks(console, *dict.fromkeys([*remarks, *check_parts(parts, profile)]))
    return recordings, parts


def _train_with_progress(
    order: TrainingOrder,
    training: Sequence[Recording],
    held_out: Sequence[Recording],
    profile: Profile,
    *,
    console: Console,
) -> tuple[WindowAutoencoder, list[Epoch]]:
    shape = order.preset.model_config(profile)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"training {profile.name}", total=order.config.epochs)

        def show_epoch(epoch: Epoch) -> None:
            loss = f"training {profile.name}: loss {epoch.held_out_loss:.4f}"
            progress.update(task, completed=epoch.number, description=loss)

        return train(training, held_out, profile, shape, order.config, report=show_epoch)


def _score_normal(
    model: WindowAutoencoder, recordings: Sequence[Recording], profile: Profile, console: Console
) -> list[ScoredRecording]:
    """The recordings with their scores ``[n]``, NaN wherever the window holds a fault: such a
    window has no say in what is normal."""
    scored = []
    for recording in track_recordings(recordings, "scoring what sets the threshold", console):
        found = score_recording(model, recording, profile)
        normal = np.where(find_normal_ends(recording, profile), found.score, np.float32(np.nan))
        scored.append(replace(found, score=normal))
    return scored


def _set_unit(model: WindowAutoencoder, scored: Sequence[ScoredRecording]) -> list[ScoredRecording]:
    """Set the model's unit so that 1 is the score of the oddest 1 % of normal readings: scores of
    all profiles are then read on one scale. Returns the recordings with their scores in it."""
    every = np.concatenate([recording.score for recording in scored])  # [all readings]
    unit = float(np.nanquantile(every, UNIT_QUANTILE))
    model.unit.fill_(max(unit, LEAST_UNIT))
    # As the model holds it, in single precision: what is calibrated here is what it will score.
    unit = model.unit.item()
    return [replace(recording, score=recording.score / unit) for recording in scored]
