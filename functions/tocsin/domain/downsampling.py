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
    starts = edges[:-1]
    bucket = np.repeat(np.arange(len(starts)), np.diff(edges))
    lowest = _first_in_bucket(np.where(np.isnan(values), np.inf, values), bucket, starts)
    highest = _first_in_bucket(np.where(np.isnan(values), np.inf, -values), bucket, starts)
    return np.unique(np.concatenate((lowest, highest)))


def _first_in_bucket(
    keys: NDArray[np.float64], bucket: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each bucket the index of its smallest key, the first of equals."""
    order = np.lexsort((keys, bucket))
    return order[starts]
