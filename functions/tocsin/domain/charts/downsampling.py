"""Fewer points for a chart, with every peak still on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def min_max_indices(values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Which of *values* ``[n]`` to draw so that at most *most* remain and no extreme is lost.

    Splits the series into equal buckets by position and keeps each one's lowest and highest value,
    in order; NaN is skipped, and a bucket of nothing but NaN keeps its first, as a gap.
    Raises ValueError when *most* is below 2.
    """
    if most < 2:
        raise ValueError("at least 2 points are needed to show a lowest and a highest value")
    if len(values) <= most:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), most // 2 + 1).astype(np.int64)
    missing = np.isnan(values)
    lowest = _first_of_least(np.where(missing, np.inf, values), edges)
    highest = _first_of_least(np.where(missing, np.inf, -values), edges)
    return np.unique(np.concatenate((lowest, highest)))


def _first_of_least(keys: NDArray[np.float64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Between each two *edges* the index of the smallest key, the first of equals."""
    starts, lengths = edges[:-1], np.diff(edges)
    least = np.repeat(np.minimum.reduceat(keys, starts), lengths)
    found = np.flatnonzero(keys == least)
    bucket = np.repeat(np.arange(len(starts)), lengths)[found]
    return found[np.flatnonzero(np.diff(bucket, prepend=-1))]
