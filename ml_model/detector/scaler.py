"""The scaler and the sensor limits: what the training rows say of each channel alone."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from torch import Tensor

from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.views import STEP_OF_WHITE_NOISE
from ml_model.recording import Recording, RecordingError
from tocsin.domain.profile import Profile

NOISE_SHARE = 0.5  # no device is taken to be quieter than this share of its fleet's noise
LEAST_RUN = 12  # readings without a value, or unchanged, that are never more than a pause
RUNS_LONGER = 1.5  # than the longest of normal running, and a sensor is out
NEAR, FAR = 1 / 40, 1 / 4  # of a recording: the lags between which its drift is measured
Rows = NDArray[np.float64]


def fit_scaler(
    model: WindowAutoencoder,
    recordings: Sequence[Recording],
    windows: Tensor,
    profile: Profile,
    *,
    floor_share: float,
) -> None:
    """Set limits from the profile; level, spread and noise from normal rows.

    ``floor_share``: spread and noise of a channel that never changes, as a share of its range.
    Raises RecordingError naming a channel without a value.
    """
    look = model.look
    low = np.array([channel.low for channel in profile.channels])
    high = np.array([channel.high for channel in profile.channels])
    rows = np.concatenate(
        [recording.values[recording.fault == ""] for recording in recordings]
    ).astype(np.float64)
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # checked just below
        centre, spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    for name, value in zip(profile.channel_names, centre, strict=True):
        if not np.isfinite(value):
            raise RecordingError(
                f"channel {name!r} of {profile.name!r} has no value in the part that trains"
            )
    # A value far outside of what the sensor can show says no more than one just outside.
    fill_buffer(look.low, low - (high - low))
    fill_buffer(look.high, high + (high - low))
    fill_buffer(look.centre, centre)
    floor = floor_share * (high - low)
    fill_buffer(look.spread, np.maximum(spread, floor))
    steps = windows.diff(dim=1).abs().nanmean(1).nanmedian(0).values.numpy()
    noise = steps / STEP_OF_WHITE_NOISE
    fill_buffer(look.noise_floor, np.where(noise > 0, NOISE_SHARE * noise, floor))


def fit_sensors(model: WindowAutoencoder, recordings: Sequence[Recording]) -> None:
    """Set after how many readings a sensor is missing or stuck: longer than it normally is.

    A limit that the model's sensor rows cannot tell is none: such a channel often stands still.
    """
    normal = [recording.values[recording.fault == ""] for recording in recordings]
    for limit, quiet in (
        (model.missing_after, lambda values: ~np.isfinite(values)),
        (model.stuck_after, find_still),
    ):
        fill_buffer(limit, limit_runs(model, [quiet(values) for values in normal]))


def limit_runs(model: WindowAutoencoder, quiet: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """After how many readings a run is longer than it normally is, ``[c]``: infinity where the
    model's sensor rows could not tell. *quiet* ``[n, c]``, of each recording."""
    told = min(model.config.sensor_rows, model.config.window) - 1
    longest = np.max([count_runs(rows).max(axis=0, initial=0) for rows in quiet], axis=0)
    after = np.maximum(LEAST_RUN, np.ceil(RUNS_LONGER * longest) + 1)
    limits: NDArray[np.float64] = np.where(after <= told, after, np.inf)
    return limits


def foresee_spread(
    recordings: Sequence[Recording], view_rows: int, horizon: float
) -> NDArray[np.float64]:
    """How far the mean of *view_rows* readings may be off at *horizon* recordings' length, ``[c]``.

    A slow channel goes on as it went: its mean square change over a lag L grows as L^2h (fractional
    Brownian motion, Mandelbrot and Van Ness 1968), with h from two lags of the training rows.
    """
    rows = min(len(recording.t) for recording in recordings)
    near, far = max(1, round(NEAR * rows)), max(2, round(FAR * rows))
    means = [_smooth(recording.values.astype(np.float64), view_rows) for recording in recordings]
    at_near, at_far = _mean_square_change(means, near), _mean_square_change(means, far)
    exponent = np.clip(np.log(at_far / at_near) / np.log(far / near), 0.0, 2.0)
    spread: NDArray[np.float64] = np.sqrt(at_far / 2 * (horizon * rows / far) ** exponent)
    return spread


def fill_buffer(buffer: Tensor, values: NDArray[np.floating]) -> None:
    """Copy *values* into a buffer of the model."""
    buffer.copy_(torch.from_numpy(np.asarray(values, dtype=np.float32)))


def find_still(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each reading but the first is the one before it, ``[n - 1, c]``."""
    unchanged: NDArray[np.bool_] = np.diff(values, axis=0) == 0
    return unchanged


def count_runs(quiet: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many true values in a row end at each place in the columns of *quiet* ``[n, c]``."""
    at = np.arange(1, len(quiet) + 1)[:, np.newaxis]
    last_loud = np.maximum.accumulate(np.where(quiet, 0, at), axis=0)
    runs: NDArray[np.int64] = at - last_loud
    return runs


def _smooth(values: Rows, rows: int) -> Rows:
    means: Rows = np.nanmean(sliding_window_view(values, rows, axis=0), axis=-1)
    return means


def _mean_square_change(means: Sequence[Rows], lag: int) -> NDArray[np.float64]:
    squares = np.concatenate([(mean[lag:] - mean[:-lag]) ** 2 for mean in means])
    # A channel that is never known at both ends of the lag is not taken to drift.
    change: NDArray[np.float64] = np.fmax(np.nanmean(squares, axis=0), 1e-12)
    return change
