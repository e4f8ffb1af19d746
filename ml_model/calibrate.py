"""The threshold, for a target rate of false alerts on held-out normal scores.

An alert needs ``raise_after`` readings in a row above the threshold, so what is calibrated is the
*sustained score*, the least score of the last ``raise_after`` readings. Its peaks over a high
level, one for each excursion, follow a generalised Pareto distribution (extreme-value theory);
fitted to them, it says which threshold is passed as often as the target allows, also where that is
rarer than anything in the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

from ml_model.data import RecordingError
from ml_model.scoring import ScoredRecording
from tocsin.domain.scoring import Hysteresis

LEVEL = 0.99  # the quantile of the sustained score above which peaks are taken
LEAST_PEAKS = 30
AIM = 0.5  # share of the target aimed at: a rate told from a few device-days is a rough one
MARGIN = 1.1  # on the highest score seen, where there are too few peaks to fit
STEEPEST, FLATTEST = -0.3, 0.4  # bounds on the fitted tail's shape


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold and how it was found.

    ``method``: ``pareto`` or, with too few peaks, ``highest`` (the highest sustained score and a
    margin). ``alerts_per_day``: what that threshold gives per device on the same recordings.
    """

    threshold: float
    method: str
    target_per_day: float
    alerts_per_day: float
    days: float
    peaks: int
    shape: float | None


def sustained(score: NDArray[np.floating], raise_after: int) -> NDArray[np.float64]:
    """The least of the last *raise_after* scores ``[n]``; -inf where one of them is missing."""
    padded = np.concatenate((np.full(raise_after - 1, np.nan), score.astype(np.float64)))
    least = np.lib.stride_tricks.sliding_window_view(padded, raise_after).min(axis=1)
    return np.where(np.isfinite(least), least, -np.inf)


def excursion_peaks(
    sustained_score: NDArray[np.float64], level: float, apart: int
) -> NDArray[np.float64]:
    """The highest value of each stretch above *level*; stretches under *apart* apart are one."""
    above = np.flatnonzero(sustained_score > level)
    if not len(above):
        return np.empty(0)
    stretches = np.split(above, np.flatnonzero(np.diff(above) > apart) + 1)
    return np.array([sustained_score[stretch].max() for stretch in stretches])


def calibrate(
    scored: Sequence[ScoredRecording], hysteresis: Hysteresis, target_per_day: float
) -> Calibration:
    """Find the threshold for *target_per_day* false alerts per device on normal recordings."""
    series = [sustained(one.score, hysteresis.raise_after) for one in scored]
    days = sum(one.scored_days for one in scored)
    finite = np.concatenate([one[np.isfinite(one)] for one in series])
    if not len(finite):
        raise RecordingError("no reading of the recordings for calibration has a score")
    level = float(np.quantile(finite, LEVEL))
    apart = hysteresis.clear_after + hysteresis.raise_after
    peaks = np.concatenate([excursion_peaks(one, level, apart) for one in series])
    allowed = AIM * target_per_day * days
    if len(peaks) < max(LEAST_PEAKS, allowed):
        threshold, method, shape = float(finite.max()) * MARGIN, "highest", None
    else:
        threshold, shape = _pareto_threshold(peaks, level, allowed)
        method = "pareto"
    alerts = sum(len(excursion_peaks(one, threshold, apart)) for one in series)
    return Calibration(
        threshold=threshold,
        method=method,
        target_per_day=target_per_day,
        alerts_per_day=alerts / days,
        days=days,
        peaks=len(peaks),
        shape=shape,
    )


def _pareto_threshold(
    peaks: NDArray[np.float64], level: float, allowed: float
) -> tuple[float, float]:
    shape, _, scale = genpareto.fit(peaks - level, floc=0.0)
    if not STEEPEST <= shape <= FLATTEST:
        shape = min(max(shape, STEEPEST), FLATTEST)
        _, _, scale = genpareto.fit(peaks - level, floc=0.0, f0=shape)
    excess = genpareto.isf(allowed / len(peaks), shape, scale=scale)
    return level + float(excess), float(shape)
