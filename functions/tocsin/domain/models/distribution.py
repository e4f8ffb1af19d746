"""Distributions, and how far a sample has moved from one.

The measure is the population stability index: over the cells of a reference distribution, the sum
of (p - q) ln(p / q), p being the recent share of readings in a cell and q the reference's. It is
read in the usual way: below .1 stable, from .1 to .25 to be watched, above .25 drifted.

A cell holds a tenth of the reference. A value so frequent that several deciles fall on it (coarse
or constant channels) gets a cell of its own, and a missing value is a cell as well.

Devices of one kind differ: each has its own level in some channels, so that any third of the
training devices is far from the whole by this measure. Where the largest index of such a third is
above .1, indices are divided until it is .1: that much is no drift but the next devices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

DECILES = np.arange(1, 10) / 10
# A share below a thousandth counts as one: no single reading in an empty cell makes a drift.
LEAST_SHARE = 1e-3
WATCH, DRIFTED = 0.1, 0.25


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of the cells below, between and from the ``edges`` (float32 values, increasing).

    Cell i holds the values from edge i - 1 up to, not including, edge i. The ``shares`` and
    ``missing`` add up to 1. ``usual`` is the largest index of a third of the devices.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    missing: float
    usual: float


def distribution_of(devices: Sequence[NDArray[np.floating]]) -> Distribution:
    """The distribution of each device's values ``[n]``, NaN where missing."""
    devices = [values for values in devices if len(values)]
    column = np.concatenate([np.empty(0, dtype=np.float32), *devices]).astype(np.float32)
    known = column[np.isfinite(column)]
    edges = _edges(known) if len(known) else np.empty(0, dtype=np.float32)
    *shares, missing = _shares(edges, column).round(6).tolist()
    # The shortest decimals that are this float32 again: JSON must not move an edge.
    whole = Distribution(tuple(float(str(edge)) for edge in edges), tuple(shares), missing, 0.0)
    indices = [_index(whole, np.concatenate(third)) for third in _thirds(devices)]
    return replace(whole, usual=round(max(indices, default=0.0), 6))


def figure_of(reference: Distribution, sample: NDArray[np.floating]) -> float:
    """The index of *sample*, beside how the reference's own devices differ."""
    return _index(reference, sample) / max(1.0, reference.usual / WATCH)


def distribution_document(distribution: Distribution) -> dict[str, Any]:
    """A distribution as JSON (docs/formats.md)."""
    return {
        "edges": list(distribution.edges),
        "shares": list(distribution.shares),
        "missing": distribution.missing,
        "usual": distribution.usual,
    }


def parse_distribution(document: Mapping[str, Any]) -> Distribution:
    """The distribution of such a document; raises KeyError, TypeError or ValueError."""
    found = Distribution(
        edges=tuple(float(edge) for edge in document["edges"]),
        shares=tuple(float(share) for share in document["shares"]),
        missing=float(document["missing"]),
        usual=float(document["usual"]),
    )
    if len(found.shares) != len(found.edges) + 1 or list(found.edges) != sorted(set(found.edges)):
        raise ValueError("edges must increase, with one share more than edges")
    if not all(map(isfinite, (*found.edges, found.usual))) or not all(
        0 <= share <= 1 for share in (*found.shares, found.missing)
    ):
        raise ValueError("edges must be numbers, and shares lie between 0 and 1")
    return found


def _thirds(devices: Sequence[NDArray[np.floating]]) -> list[Sequence[NDArray[np.floating]]]:
    """Every third device, and each third in a row; single ones where there are fewer than six."""
    edges = [len(devices) * third // 3 for third in range(4)]
    thirds = [devices[first::3] for first in range(3)]
    thirds += [devices[start:end] for start, end in pairwise(edges)]
    return [third for third in thirds if third]


def _edges(known: NDArray[np.float32]) -> NDArray[np.float32]:
    deciles = np.quantile(known, DECILES, method="inverted_cdf").astype(np.float32)
    edges, times = np.unique(deciles, return_counts=True)
    frequent = edges[times > 1]
    return np.unique(np.concatenate((edges, np.nextafter(frequent, np.float32(np.inf)))))


def _shares(edges: NDArray[np.float32], sample: NDArray[np.floating]) -> NDArray[np.float64]:
    """The share of each cell, and last that of the missing values."""
    column = sample.astype(np.float32)
    cells = np.searchsorted(edges, column, side="right")
    cells[~np.isfinite(column)] = len(edges) + 1
    counts = np.bincount(cells, minlength=len(edges) + 2)
    return counts / max(len(column), 1)


def _index(reference: Distribution, sample: NDArray[np.floating]) -> float:
    edges = np.array(reference.edges, dtype=np.float32)
    usual = np.maximum(np.array([*reference.shares, reference.missing]), LEAST_SHARE)
    recent = np.maximum(_shares(edges, sample), LEAST_SHARE)
    return float(((recent - usual) * np.log(recent / usual)).sum())
