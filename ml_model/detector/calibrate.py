"""The threshold, for a target rate of false alerts on held-out normal scores.

An alert needs ``raise_after`` readings in a row above the threshold, so what is calibrated is the
*sustained score*, the least score of the last ``raise_after`` readings. Its peaks over a high
level, one for each excursion, follow a generalised Pareto distribution (extreme-value theory).
It is fitted here; which threshold is passed as often as a target allows, also where that is rarer
than anything in the recording, is read from it by the product's own ``threshold_for``, which aims
at a share of the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

from ml_model.detector.scoring import ScoredRecording
from ml_model.recording import RecordingError
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.calling.thresholds import Tail, sustain, threshold_for
from tocsin.domain.judging.adaptation import USUAL_QUANTILE

LEVEL = 0.99  # the quantile of the sustained score above which peaks are taken
LEAST_PEAKS = 30
MARGIN = 1.1  # on the highest score seen, where there are too few peaks to fit
LEAST_SCORE = 1e-6
STEEPEST, FLATTEST = -0.3, 0.4  # bounds on the fitted tail's shape


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold and how it was found.

    ``method``: ``pareto`` or, with too few peaks, ``highest`` (the highest sustained score and a
    margin). ``alerts_per_day``: what that threshold gives per device on the same recordings.
    ``tail``: what other targets' thresholds are read from, None with the method ``highest``.
    ``usual_score``: what a device's own scores are compared with.
    """

    threshold: float
    method: str
    target_per_day: float
    alerts_per_day: float
    days: float
    peaks: int
    usual_score: float
    tail: Tail | None


def find_peaks(
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
    series = [sustain(recording.score, hysteresis.raise_after) for recording in scored]
    days = sum(recording.scored_days for recording in scored)
    finite = np.concatenate([scores[np.isfinite(scores)] for scores in series])
    if not len(finite):
        raise RecordingError("no reading of the recordings for calibration has a score")
    level = float(np.quantile(finite, LEVEL))
    apart = hysteresis.clear_after + hysteresis.raise_after
    peaks = np.concatenate([find_peaks(scores, level, apart) for scores in series])
    tail = _fit_tail(peaks, level, days) if len(peaks) >= LEAST_PEAKS else None
    highest = float(finite.max()) * MARGIN
    threshold = highest if tail is None else threshold_for(tail, target_per_day)
    alerts = sum(len(find_peaks(scores, threshold, apart)) for scores in series)
    return Calibration(
        threshold=threshold,
        method="highest" if tail is None else "pareto",
        target_per_day=target_per_day,
        alerts_per_day=alerts / days,
        days=days,
        peaks=len(peaks),
        usual_score=_usual_score(scored),
        tail=tail,
    )


def _fit_tail(peaks: NDArray[np.float64], level: float, days: float) -> Tail:
    shape, _, scale = genpareto.fit(peaks - level, floc=0.0)
    if not STEEPEST <= shape <= FLATTEST:
        shape = min(max(shape, STEEPEST), FLATTEST)
        _, _, scale = genpareto.fit(peaks - level, floc=0.0, f0=shape)
    return Tail(level, len(peaks) / days, float(shape), float(scale))


def _usual_score(scored: Sequence[ScoredRecording]) -> float:
    """The quantile that a device's own scores are tracked at, above 0 whatever the scores."""
    every = np.concatenate([recording.score for recording in scored])
    return max(float(np.nanquantile(every, USUAL_QUANTILE)), LEAST_SCORE)
