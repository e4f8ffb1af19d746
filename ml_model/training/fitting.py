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
from torch import Tensor

from ml_model.detector.calibrate import Calibration, calibrate
from ml_model.detector.informed import Exportable, InformedAutoencoder
from ml_model.detector.presets import Preset
from ml_model.detector.scoring import ScoredRecording, score_recording
from ml_model.recording import Recording, find_normal_ends, split
from ml_model.recordings.checks import check_parts, check_trainable, keep_windowed
from ml_model.recordings.source import Recorded, Source
from ml_model.training.informed import judged_profile, tells_covariate, train_informed
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

    model: Exportable
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
    scored = _score_normal(model, calibrating, profile, console)
    scored, calibration = _calibrate(model, scored, order)
    return Detector(model, epochs, calibration, scored, recordings, parts, recorded.sha256)


def _calibrate(
    model: Exportable, scored: Sequence[ScoredRecording], order: TrainingOrder
) -> tuple[list[ScoredRecording], Calibration]:
    """Set the model's unit, and find the threshold of the scores in it."""

    def find_threshold(of_part: Sequence[ScoredRecording]) -> Calibration:
        return calibrate(of_part, order.preset.hysteresis, order.target_per_day)

    if not isinstance(model, InformedAutoencoder):
        in_unit = _set_unit(model.unit, scored)
        return in_unit, find_threshold(in_unit)
    told = [part for part in scored if tells_covariate(part.recording)]
    untold = [part for part in scored if not tells_covariate(part.recording)]
    if not told or not model.uses_covariate:
        in_unit = _set_unit(model.plain.unit, scored)
        return in_unit, find_threshold(in_unit)
    in_unit = _set_unit(model.informed.unit, told)
    calibration = find_threshold(in_unit)
    if untold:
        # Both models are judged by one threshold: it means the same rate of false alerts for both.
        without = find_threshold(untold).threshold / calibration.threshold
        model.plain.unit.fill_(without)
        in_unit += _divide_scores(untold, model.plain.unit.item())
    return in_unit, calibration


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
) -> tuple[Exportable, list[Epoch]]:
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"training {profile.name}", total=order.config.epochs)

        def show_epoch(epoch: Epoch) -> None:
            loss = f"training {profile.name}: loss {epoch.held_out_loss:.4f}"
            progress.update(task, completed=epoch.number, description=loss)

        if profile.has_covariate:
            shape = order.preset.model_config(judged_profile(profile))
            return train_informed(
                training, held_out, profile, shape, order.config, report=show_epoch
            )
        shape = order.preset.model_config(profile)
        return train(training, held_out, profile, shape, order.config, report=show_epoch)


def _score_normal(
    model: Exportable, recordings: Sequence[Recording], profile: Profile, console: Console
) -> list[ScoredRecording]:
    """The recordings with their scores ``[n]``, NaN wherever the window holds a fault: such a
    window has no say in what is normal."""
    scored = []
    for recording in track_recordings(recordings, "scoring what sets the threshold", console):
        found = score_recording(model, recording, profile)
        normal = np.where(find_normal_ends(recording, profile), found.score, np.float32(np.nan))
        scored.append(replace(found, score=normal))
    return scored


def _set_unit(unit: Tensor, scored: Sequence[ScoredRecording]) -> list[ScoredRecording]:
    """Set a model's unit so that 1 is the score of the oddest 1 % of normal readings: scores of
    all profiles are then read on one scale. Returns the recordings with their scores in it."""
    every = np.concatenate([recording.score for recording in scored])  # [all readings]
    unit.fill_(max(float(np.nanquantile(every, UNIT_QUANTILE)), LEAST_UNIT))
    # As the model holds it, in single precision: what is calibrated here is what it will score.
    return _divide_scores(scored, unit.item())


def _divide_scores(scored: Sequence[ScoredRecording], unit: float) -> list[ScoredRecording]:
    return [replace(recording, score=recording.score / unit) for recording in scored]
