"""Control charts of the series' level: one score a row, from the rows up to it.

A channel is taken relative to the median and the spread of the training rows; the spread is at
least .02, for channels that stand still there, and the distance at most 20 spreads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.tsb.recordings import Series

SCALES = (1, 30)  # rows of the single charts
ALL_SCALES = (1, 10, 30, 100)
LEAST_SPREAD = 0.02
FARTHEST = 20.0
QUANTILE = 0.99  # of the training rows' own scores, so that scales can be summed
Rows = NDArray[np.float64]


def chart(series: Series, rows: int) -> Rows:
    """Root mean square over the channels of the mean of the last *rows* rows ``[n]``."""
    return _root_mean_square(average_rows(relative(series), rows))


def multi_scale_chart(series: Series) -> Rows:
    """Sum of four charts, each over its quantile of the training rows."""
    distances = relative(series)
    total = np.zeros(len(distances))
    for rows in ALL_SCALES:
        score = _root_mean_square(average_rows(distances, rows))
        total += score / max(float(np.quantile(score[: series.training], QUANTILE)), 1e-9)
    return total


def relative(series: Series) -> Rows:
    """How many spreads of its training rows each value is from their median ``[n, c]``."""
    training = series.values[: series.training]
    spread = np.maximum(training.std(axis=0), LEAST_SPREAD)
    distances = (series.values - np.median(training, axis=0)) / spread
    clipped: Rows = np.clip(distances, -FARTHEST, FARTHEST)
    return clipped


def average_rows(values: Rows, rows: int) -> Rows:
    """Mean ``[n, c]`` of the last *rows* of *values* ``[n, c]``, of fewer at the start."""
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    stop = np.arange(1, len(values) + 1)
    start = np.maximum(stop - rows, 0)
    means: Rows = (sums[stop] - sums[start]) / (stop - start)[:, None]
    return means


def _root_mean_square(values: Rows) -> Rows:
    root: Rows = np.sqrt((values**2).mean(axis=1))
    return root
