"""Training of a model that knows a covariate, and of the one beside it for where none is told.

Shapes: k windows of w readings each, the last r of them judged; c channels beside the covariate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml_model.detector.informed import KNOWN_SHARE, InformedAutoencoder, InformedConfig
from ml_model.detector.model import ModelConfig
from ml_model.detector.scaler import (
    count_runs,
    fill_buffer,
    find_still,
    fit_scaler,
    fit_sensors,
    limit_runs,
)
from ml_model.recording import Recording, window_chunks
from ml_model.training.explaining import fit_explanation
from ml_model.training.train import Epoch, TrainConfig, Windows, cut_windows, fit_views, train
from tocsin.domain.profile import Profile

Report = Callable[[Epoch], None]
Floats = NDArray[np.float32]

KNOTS = 32  # of a covariate's curves
JUDGED = 2  # of a window's readings every second, the last ones; the others serve the lag
# What is left of a channel is in spreads of its own noise. Its device's own level may be hundreds
# of them off, where it hardly has any; what is further off than this says no more.
FARTHEST = 1_000.0
FLOOR_SHARE = 1e-4
# Of readings unchanged: so many in a row are never noise, and a limit above them can be told.
STANDSTILL = 8
MARGIN = 0.5  # knots below the first standstill: the next device may be full a little earlier


def tells_covariate(recording: Recording) -> bool:
    """Whether most of its readings tell the covariate, which is the last channel."""
    return float(np.isfinite(recording.values[:, -1]).mean()) >= KNOWN_SHARE


def judged_profile(profile: Profile) -> Profile:
    """The profile without its covariate, and of as many readings as are judged."""
    channels = profile.channels[: len(profile.judged_names)]
    return replace(profile, window=profile.window // JUDGED, channels=channels)


def drop_covariate(recordings: Sequence[Recording]) -> list[Recording]:
    return [replace(part, values=part.values[:, :-1]) for part in recordings]


def train_informed(
    training: Sequence[Recording],
    held_out: Sequence[Recording],
    profile: Profile,
    model_config: ModelConfig,
    config: TrainConfig,
    *,
    report: Report = lambda _: None,
) -> tuple[InformedAutoencoder, list[Epoch]]:
    """Train both models: with the covariate from the recordings that tell it, without it from the
    others, or from all where all do. *model_config* is that of ``judged_profile``.

    Where too few tell it, it is never used. Raises RecordingError without a whole window.
    """
    parts = (training, held_out)
    told = [[recording for recording in part if tells_covariate(recording)] for part in parts]
    untold = [[recording for recording in part if not tells_covariate(recording)] for part in parts]
    without, without_out = map(drop_covariate, untold if all(untold) else parts)
    plain, epochs = train(
        without, without_out, judged_profile(profile), model_config, config, report=report
    )
    model = InformedAutoencoder(InformedConfig(profile.window, model_config, KNOTS)).eval()
    model.plain = plain
    if all(told):
        epochs += _fit_informed(model, told[0], told[1], profile, config, report=report)
    else:
        model.least_known.fill_(torch.inf)
    return model, epochs


def _fit_informed(
    model: InformedAutoencoder,
    training: Sequence[Recording],
    held_out: Sequence[Recording],
    profile: Profile,
    config: TrainConfig,
    *,
    report: Report,
) -> list[Epoch]:
    windows = _cut_told(training, profile, config.most_windows)
    fit_explanation(model.explanation, windows, profile)
    fit_sensors(model.informed, drop_covariate(training))
    _fit_held(model, training, profile)
    left = _explain(model, windows)
    others = _explain(model, _cut_told(held_out, profile, config.most_windows // 3))
    rows = left.x[:, -1].numpy()
    normal = Recording("left", np.arange(len(rows)), rows, np.full(len(rows), ""))
    judged = judged_profile(profile)
    channels = tuple(replace(channel, low=-FARTHEST, high=FARTHEST) for channel in judged.channels)
    fit_scaler(
        model.informed,
        [normal],
        left.x,
        replace(judged, channels=channels),
        floor_share=FLOOR_SHARE,
    )
    return fit_views(model.informed, left, others, [normal], config, report=report)


def _cut_told(recordings: Sequence[Recording], profile: Profile, most: int) -> Tensor:
    """Normal windows ``[k, w, c + 1]`` whose covariate is told throughout."""
    windows = cut_windows(recordings, profile, most)
    return windows[torch.isfinite(windows[:, :, -1]).all(1)]


def _explain(model: InformedAutoencoder, windows: Tensor) -> Windows:
    with torch.no_grad():
        recent, covariate = model.cut(windows)
        place = model.explanation.locate(covariate)
        return Windows(model.explanation(recent, place), model.find_lively(place))


def _fit_held(
    model: InformedAutoencoder, recordings: Sequence[Recording], profile: Profile
) -> None:
    """Set from where on the covariate makes a channel stand still, and what is stuck below that."""
    still, places = [], []
    for recording in recordings:
        normal = recording.fault == ""
        still.append(find_still(recording.values[normal, :-1]))
        places.append(_locate_rows(model, recording, profile)[normal][1:])
    stands = [count_runs(rows) > STANDSTILL for rows in still]
    lowest = np.min(
        [np.where(at, place, np.inf).min(axis=0) for at, place in zip(stands, places, strict=True)],
        axis=0,
    )
    fill_buffer(model.held, lowest - MARGIN)
    below = [rows & ~(place >= lowest - MARGIN) for rows, place in zip(still, places, strict=True)]
    fill_buffer(model.informed.stuck_after, limit_runs(model.informed, below))


def _locate_rows(model: InformedAutoencoder, recording: Recording, profile: Profile) -> Floats:
    """The place of each reading on the covariate's curves ``[n, c]``, NaN without a window."""
    places = np.full((len(recording.t), model.explanation.channels), np.nan, dtype=np.float32)
    with torch.no_grad():
        for windows, ends in window_chunks(recording, profile):
            covariate = torch.from_numpy(windows[:, :, -1].copy())
            places[ends] = model.explanation.locate(covariate)[:, -1].numpy()
    return places
