"""Control charts and neighbours: a score of 0 or more for every row, from the rows up to it.

A row before there are as many as a chart averages has none: NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from benchmarks.skab.recordings import TRAINING_ROWS, Stream

MEAN_ROWS = 20
FLOW_ROWS = 15
FLOW = -1  # the last channel
SHRINKAGE = 0.1  # of the covariance towards its diagonal
NEIGHBOURS = 5
Rows = NDArray[np.float64]


def t2_of_means(stream: Stream) -> Rows:
    """Hotelling's T, the root of T², of each channel's mean over the last 20 rows."""
    means = rolling_mean(_standardised(stream.values), MEAN_ROWS)
    training = means[MEAN_ROWS - 1 : TRAINING_ROWS]
    covariance = np.cov(training.T)
    diagonal = np.diag(covariance.diagonal())
    precision = np.linalg.inv((1 - SHRINKAGE) * covariance + SHRINKAGE * diagonal)
    centred = means - training.mean(axis=0)
    distance: Rows = np.sqrt(np.einsum("ni,ij,nj->n", centred, precision, centred))
    return distance


def one_channel(stream: Stream) -> Rows:
    """How far the flow's mean over the last 15 rows is off, in spreads of its training rows."""
    flow = _standardised(stream.values)[:, [FLOW]]
    distance: Rows = np.abs(rolling_mean(flow, FLOW_ROWS)[:, 0])
    return distance


def neighbours(stream: Stream) -> Rows:
    """Mean distance of a row to its five nearest training rows, itself not counted."""
    scaled = _standardised(stream.values)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(scaled[:TRAINING_ROWS])
    training = nearest.kneighbors()[0].mean(axis=1)
    test = nearest.kneighbors(scaled[TRAINING_ROWS:])[0].mean(axis=1)
    return np.concatenate((training, test))


def rolling_mean(values: Rows, rows: int) -> Rows:
    """Mean ``[n, c]`` of the last *rows* of *values* ``[n, c]``, NaN before there are as many."""
    means = sliding_window_view(values, rows, axis=0).mean(axis=-1)
    return np.concatenate((np.full((rows - 1, values.shape[1]), np.nan), means))


def _standardised(values: Rows) -> Rows:
    scaled: Rows = StandardScaler().fit(values[:TRAINING_ROWS]).transform(values)
    return scaled
