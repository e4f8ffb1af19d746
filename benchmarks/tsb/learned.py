"""Detectors of scikit-learn, fitted on a series' training rows: a score for every row of it.

The forest sees the values, which it needs not on one scale; the others see distances from the
training rows, as the charts do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors

from benchmarks.tsb.charts import relative
from benchmarks.tsb.recordings import Series

EXPLAINED = 0.9  # share of the variance that the kept components explain
NEIGHBOURS = 5
Rows = NDArray[np.float64]


def isolation_forest(series: Series) -> Rows:
    """How few splits set a row apart."""
    forest = IsolationForest(random_state=0).fit(series.values[: series.training])
    scores: Rows = -forest.score_samples(series.values)
    return scores


def pca(series: Series) -> Rows:
    """Squared distance of a row from what its principal components say of it."""
    rows = relative(series)
    components = PCA(EXPLAINED).fit(rows[: series.training])
    missed: Rows = rows - components.inverse_transform(components.transform(rows))
    errors: Rows = (missed**2).mean(axis=1)
    return errors


def neighbours(series: Series) -> Rows:
    """Mean distance of a row to its five nearest training rows, itself not counted."""
    rows = relative(series)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(rows[: series.training])
    training = nearest.kneighbors()[0]
    rest = nearest.kneighbors(rows[series.training :])[0]
    means: Rows = np.concatenate((training, rest)).mean(axis=1)
    return means
