"""VUS-PR as TSB-AD computes it: the volume under precision and recall over tolerance windows.

Rows beside an anomaly count as partly anomalous: within ``window // 2`` rows of it with the weight
``sqrt(1 - distance / window)``, 1 where two anomalies reach. For each window from 0 to the series'
period there is a curve over 250 thresholds, which are order statistics of the score; a curve's area
is average precision, its recall multiplied by the share of (merged) anomalies that are met at all;
the result is the mean over the windows. A row beside an anomaly that is not flagged is not missed.

Written here because the libraries that have a VUS-PR have another one: aeon's and dtaianomaly's
take trapezoids for steps and count rows beside an anomaly as missed, and neither installs beside
the project's numpy and pandas. `tests/unit/benchmarks/test_tsb.py` holds this to TSB-AD's figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = 250
Rows = NDArray[np.floating]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Curve = NDArray[np.float64]


def vus_pr(anomalous: Flags, score: Rows, longest: int) -> float:
    """The volume, between 0 and 1, of *score* ``[n]`` for the labels *anomalous* ``[n]``.

    *longest*: the longest window, in rows. Raises ValueError when a score is not a number, the
    lengths differ, or nothing is anomalous.
    """
    _check_shapes(anomalous, score)
    thresholds = -np.sort(-score)[np.linspace(0, len(score) - 1, THRESHOLDS).astype(int)]
    # The first threshold, counted from the highest, at which a row is flagged.
    first = np.searchsorted(-thresholds, -score).astype(np.int64)
    runs = _runs(anomalous)
    beside = _beside(anomalous, runs, longest // 2)
    flagged, hits = _up_to(first), _up_to(first[anomalous])
    areas = []
    for window in range(longest + 1):
        partly = _up_to(first[beside.rows], beside.weight(window))
        areas.append(_area(flagged, hits, partly, _share_met(first, runs, window // 2)))
    return float(np.mean(areas))


@dataclass(frozen=True, slots=True)
class _Beside:
    """Rows near an anomaly, and how far the nearest and the second nearest are."""

    rows: Places
    nearest: Places
    second: Places

    def weight(self, window: int) -> Curve:
        """How anomalous each row counts."""
        reach = window // 2
        slope = np.sqrt(1 - np.minimum(self.nearest, reach) / max(window, 1))
        # Two slopes add up to more than 1, which is the most a row counts.
        weight: Curve = np.where(
            self.second <= reach, 1.0, np.where(self.nearest <= reach, slope, 0)
        )
        return weight


def _check_shapes(anomalous: Flags, score: Rows) -> None:
    if anomalous.shape != score.shape or score.ndim != 1:
        raise ValueError(f"labels {anomalous.shape} and scores {score.shape} are not of the same n")
    if not np.isfinite(score).all():
        raise ValueError(f"{int((~np.isfinite(score)).sum())} scores are not finite: fill them")
    if not anomalous.any():
        raise ValueError("no row is anomalous: VUS-PR needs one at least")


def _runs(anomalous: Flags) -> Places:
    """First and last row ``[anomalies, 2]`` of each anomaly."""
    edges = np.flatnonzero(np.diff(anomalous, prepend=False, append=False))
    bounds: Places = edges.reshape(-1, 2) - np.array([0, 1])
    return bounds


def _beside(anomalous: Flags, runs: Places, reach: int) -> _Beside:
    """The rows up to *reach* away from an anomaly and in none."""
    near = np.zeros(len(anomalous), dtype=bool)
    for start, end in runs:
        near[max(start - reach, 0) : end + reach + 1] = True
    rows = np.flatnonzero(near & ~anomalous)
    away = np.maximum(runs[:, 0] - rows[:, None], rows[:, None] - runs[:, 1])
    none = np.full((len(rows), 1), reach + 1)  # out of reach, as if there were one more anomaly
    two = np.sort(np.concatenate((away, none), axis=1), axis=1)
    return _Beside(rows, two[:, 0], two[:, 1])


def _up_to(first: Places, weight: Curve | None = None) -> Curve:
    """Weight of the rows flagged at each threshold, from the highest threshold to the lowest."""
    summed: Curve = np.cumsum(np.bincount(first, weight, THRESHOLDS)).astype(np.float64)
    return summed


def _share_met(first: Places, runs: Places, reach: int) -> Curve:
    """Share of the anomalies met at each threshold; those whose reaches touch count as one."""
    apart = runs[1:, 0] - runs[:-1, 1] > 2 * reach
    starts = np.maximum(runs[np.r_[True, apart], 0] - reach, 0)
    stops = np.minimum(runs[np.r_[apart, True], 1] + reach + 1, len(first))
    bounds = np.stack((starts, stops), axis=1).ravel()
    never = np.r_[first, THRESHOLDS]  # so that the last bound is a row
    met_at = np.minimum.reduceat(never, bounds)[::2]
    return _up_to(met_at) / len(starts)


def _area(flagged: Curve, hits: Curve, partly: Curve, met: Curve) -> float:
    """Average precision of one window's curve; all four ``[thresholds]``."""
    found = hits + partly
    recall = np.minimum(found / (hits[-1] + partly / 2), 1) * met
    return float(np.diff(recall, prepend=0) @ (found / flagged))
