"""Control charts and neighbours: a score of 0 or more for every row, from the rows up to it.

A row before there are as many as a chart averages has none: NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from benchmarks.skab.features import MEAN_ROWS, average_rows, means_and_variances, standardise
from benchmarks.skab.recordings import TRAINING_ROWS, Stream

FLOW_ROWS = 15
FLOW = -1  # the last channel
SHRINKAGE = 0.1  # of the covariance towards its diagonal
EXPLAINED = 0.85  # share of the variance that the kept components explain
QUANTILE = 0.99  # of a chart's own training scores, so that charts can be joined
NEIGHBOURS = 5
Rows = NDArray[np.float64]


def t2_of_means(stream: Stream) -> Rows:
    """Hotelling's T, the root of T², of each channel's mean over the last 20 rows."""
    return _distance(average_rows(standardise(stream.values), MEAN_ROWS))


def t2_of_variances(stream: Stream) -> Rows:
    """Hotelling's T of the means and of the log-variances of the last 30 rows beside them."""
    return _distance(means_and_variances(standardise(stream.values)))


def one_channel(stream: Stream) -> Rows:
    """How far the flow's mean over the last 15 rows is off, in spreads of its training rows."""
    flow = standardise(stream.values)[:, [FLOW]]
    distance: Rows = np.abs(average_rows(flow, FLOW_ROWS)[:, 0])
    return distance


def mean_of_three(stream: Stream) -> Rows:
    """The mean of the three charts above, each over its own quantile of the training rows."""
    scores = [
        _bring_to_scale(chart(stream)) for chart in (t2_of_means, t2_of_variances, one_channel)
    ]
    mean: Rows = np.mean(scores, axis=0)
    return mean


def t2_q_of_means(stream: Stream) -> Rows:
    """The larger of T in the principal components of the 20-row means and of what they leave."""
    means = average_rows(standardise(stream.values), MEAN_ROWS)
    known = means[MEAN_ROWS - 1 :]
    pca = PCA(EXPLAINED).fit(known[: TRAINING_ROWS - MEAN_ROWS + 1])
    kept = pca.transform(known)
    t = np.sqrt((kept**2 / pca.explained_variance_).sum(axis=1))
    q = np.sqrt(((known - pca.inverse_transform(kept)) ** 2).sum(axis=1))
    before = np.full(MEAN_ROWS - 1, np.nan)
    leveled = [_bring_to_scale(np.concatenate((before, statistic))) for statistic in (t, q)]
    larger: Rows = np.maximum(*leveled)
    return larger


def neighbours(stream: Stream) -> Rows:
    """Mean distance of a row to its five nearest training rows, itself not counted."""
    scaled = standardise(stream.values)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(scaled[:TRAINING_ROWS])
    training = nearest.kneighbors()[0].mean(axis=1)
    test = nearest.kneighbors(scaled[TRAINING_ROWS:])[0].mean(axis=1)
    return np.concatenate((training, test))


def _distance(rows: Rows) -> Rows:
    """Root of the squared Mahalanobis distance from the training rows that are not NaN."""
    training = rows[:TRAINING_ROWS]
    training = training[np.isfinite(training).all(axis=1)]
    covariance = np.cov(training.T)
    diagonal = np.diag(covariance.diagonal())
    precision = np.linalg.inv((1 - SHRINKAGE) * covariance + SHRINKAGE * diagonal)
    centred = rows - training.mean(axis=0)
    distance: Rows = np.sqrt(np.einsum("ni,ij,nj->n", centred, precision, centred))
    return distance


def _bring_to_scale(score: Rows) -> Rows:
    leveled: Rows = score / np.nanquantile(score[:TRAINING_ROWS], QUANTILE)
    return leveled
