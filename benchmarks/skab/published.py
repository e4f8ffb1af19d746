"""Three detectors of the published leaderboard, with its thresholds.

Each scores every row of a file; what it flags is a score above 0.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f, norm
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.preprocessing import StandardScaler

from benchmarks.skab.recordings import TRAINING_ROWS, Stream

CONFIDENCE = 0.999  # of the control limits
EXPLAINED = 0.85  # share of the variance that the kept components explain
STEP = 15 / 9_999  # of the leaderboard's table of quantiles; it takes the entry below
T2_FACTOR = 2.0  # on the limit of T² alone: the leaderboard's choice
Rows = NDArray[np.float64]


def isolation_forest(stream: Stream) -> Rows:
    """Raw values, five in ten thousand training rows taken for outliers, median of three rows."""
    forest = IsolationForest(random_state=0, contamination=0.0005)
    forest.fit(stream.values[:TRAINING_ROWS])
    return _median(-forest.decision_function(stream.values), 3)


def t2(stream: Stream) -> Rows:
    """Hotelling's T² over its limit, median of five rows."""
    scaled = _scale_moving(stream.values)
    training = scaled[:TRAINING_ROWS]
    limit = T2_FACTOR * _t2_limit(len(training), training.shape[1])
    return _median(_measure_distance(scaled, training), 5) / limit - 1


def t2_q(stream: Stream) -> Rows:
    """The larger of T² in the kept principal components and Q outside them, each over its limit."""
    scaled = _scale_moving(stream.values)
    pca = PCA(EXPLAINED).fit(scaled[:TRAINING_ROWS])
    kept = pca.transform(scaled)
    distance = _median(_measure_distance(kept, kept[:TRAINING_ROWS]), 5)
    outside = scaled - kept @ pca.components_
    q = _median((outside**2).sum(axis=1), 5)
    limits = _t2_limit(TRAINING_ROWS, kept.shape[1]), _q_limit(scaled[:TRAINING_ROWS], len(kept.T))
    larger: Rows = np.maximum(distance / limits[0], q / limits[1]) - 1
    return larger


def _scale_moving(values: Rows) -> Rows:
    """By the training rows, without the channels that stand still in them."""
    moving = np.ptp(values[:TRAINING_ROWS], axis=0) > 0
    scaler = StandardScaler().fit(values[:TRAINING_ROWS, moving])
    scaled: Rows = scaler.transform(values[:, moving])
    return scaled


def _measure_distance(rows: Rows, training: Rows) -> Rows:
    inverse = np.linalg.inv(np.atleast_2d(np.cov(training.T)))
    distance: Rows = np.einsum("ni,ij,nj->n", rows, inverse, rows)
    return distance


def _t2_limit(rows: int, channels: int) -> float:
    factor = channels * (rows - 1) * (rows + 1) / (rows * (rows - channels))
    return factor * _round_to_table(f.ppf(CONFIDENCE, channels, rows - channels))


def _q_limit(training: Rows, kept: int) -> float:
    """The leaderboard's limit of Q, oddities included, or its figures would not come out.

    Powers of the variances' sum stand for sums of their powers, and which variances count as
    outside follows the order the eigenvalues come in, which is not that of their size.
    """
    variances = np.linalg.eig(np.cov(training.T)).eigenvalues
    first, second, third = (float(variances[kept:].sum()) ** power for power in (1, 2, 3))
    h = 1 - 2 * first * third / (3 * second**2)
    z = _round_to_table(norm.ppf(CONFIDENCE))
    root = 1 + z * h * np.sqrt(2 * second) / first + second * h * (h - 1) / first**2
    return first * float(root ** (1 / h))


def _round_to_table(quantile: float) -> float:
    return math.floor(quantile / STEP) * STEP


def _median(score: Rows, rows: int) -> Rows:
    """Of the last *rows*, of fewer at the start."""
    median: Rows = pd.Series(score).rolling(rows, min_periods=1).median().to_numpy()
    return median
