"""Which threshold is passed as rarely as a target allows, told from the tail of normal scores.

Extreme-value theory (Pickands 1975, Balkema and de Haan 1974): what passes a high level exceeds it
by amounts that follow a generalised Pareto distribution. Training fits one to the peaks of the
*sustained score* of held-out normal running; here it is only read, so that the target can be
changed without training again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

# A rate told from a few device-days is a rough one, so this share of the target is aimed at. It is
# applied here and nowhere else: a Tail holds the peaks as they were counted, a target is what the
# operator asked for.
AIM = 0.5
_STRAIGHT = 1e-9  # a shape so close to 0 that the tail is exponential


@dataclass(frozen=True, slots=True)
class Tail:
    """Peaks of the sustained score above ``level``: ``peaks_per_day`` of them a device and day,
    their excess distributed as a generalised Pareto with ``shape`` and ``scale``."""

    level: float
    peaks_per_day: float
    shape: float
    scale: float


def sustain(score: NDArray[np.floating], raise_after: int) -> NDArray[np.float64]:
    """The least of the last *raise_after* scores ``[n]``: what a threshold must lie below to raise
    an alert. -inf where one of them is missing."""
    padded = np.concatenate((np.full(raise_after - 1, np.nan), score.astype(np.float64)))
    least = np.lib.stride_tricks.sliding_window_view(padded, raise_after).min(axis=1)
    return np.where(np.isfinite(least), least, -np.inf)


def threshold_for(tail: Tail, target_per_day: float) -> float:
    """The threshold that normal running should pass AIM · *target_per_day* times a day.

    Never below ``tail.level``: nothing is known of how often less is passed.
    """
    rarer = tail.peaks_per_day / (AIM * target_per_day)
    if rarer <= 1:
        return tail.level
    if abs(tail.shape) < _STRAIGHT:
        return tail.level + tail.scale * log(rarer)
    return tail.level + tail.scale * (exp(tail.shape * log(rarer)) - 1) / tail.shape
