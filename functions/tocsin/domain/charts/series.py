"""A device's readings as series for a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.columns import stack_columns, stack_times
from tocsin.domain.charts.downsampling import min_max_indices
from tocsin.domain.charts.stored_message import StoredMessage


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: ``values`` at event times ``t`` (ms), None for a gap."""

    t: list[int]
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """``readings``: how many lie in the range. ``series``: of each channel, and of the score."""

    readings: int
    series: Mapping[str, Series]


def draw_chart(messages: Sequence[StoredMessage], from_t: int, to_t: int, most: int) -> Chart:
    """Series of at most *most* points each, peaks kept, of the readings from *from_t* to *to_t*
    (ms, both included). Takes a second for some hundred thousand values."""
    t = stack_times(messages)
    inside = np.flatnonzero((t >= from_t) & (t <= to_t))
    # Late messages lie behind those they belong before.
    order = inside[np.argsort(t[inside], kind="stable")]
    t = t[order]
    series = {
        name: _draw_series(t, column[order], most)
        for name, column in stack_columns(messages).items()
    }
    return Chart(len(t), series)


def _draw_series(t: NDArray[np.int64], values: NDArray[np.float64], most: int) -> Series:
    shown = min_max_indices(values, most)
    values = values[shown]
    points = values.astype(object)
    points[np.isnan(values)] = None
    return Series(t[shown].tolist(), points.tolist())
