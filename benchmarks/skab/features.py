"""What charts and the forest look at: rows relative to a file's training rows, averaged causally.

A row before there are as many as are averaged is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from benchmarks.skab.recordings import TRAINING_ROWS

MEAN_ROWS = 20
VARIANCE_ROWS = 30
LEAST_VARIANCE = 1e-3  # of a channel's in the training rows: a channel may stand still
Rows = NDArray[np.float64]


def standardise(values: Rows) -> Rows:
    """Each channel ``[n, c]`` in spreads of its training rows, from their mean."""
    scaled: Rows = StandardScaler().fit(values[:TRAINING_ROWS]).transform(values)
    return scaled


def average_rows(values: Rows, rows: int) -> Rows:
    """Mean ``[n, c]`` of the last *rows* of *values* ``[n, c]``."""
    return _pad_start(rows, sliding_window_view(values, rows, axis=0).mean(axis=-1))


def log_variance(values: Rows, rows: int) -> Rows:
    """Logarithm ``[n, c]`` of the variance of the last *rows* of standardised *values*."""
    variance = sliding_window_view(values, rows, axis=0).var(axis=-1)
    return _pad_start(rows, np.log(variance + LEAST_VARIANCE))


def means_and_variances(values: Rows) -> Rows:
    """Means of 20 rows beside log-variances of 30 ``[n, 2 c]``, of standardised *values*."""
    parts = average_rows(values, MEAN_ROWS), log_variance(values, VARIANCE_ROWS)
    return np.concatenate(parts, axis=1)


def _pad_start(rows: int, windows: Rows) -> Rows:
    return np.concatenate((np.full((rows - 1, windows.shape[1]), np.nan), windows))
