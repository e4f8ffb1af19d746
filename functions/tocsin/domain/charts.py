"""A device's readings as series for a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.downsampling import min_max_indices
from tocsin.domain.stored_message import StoredMessage

SCORE = "score"


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
    t = np.fromiter(chain.from_iterable(message.t for message in messages), dtype=np.int64)
    inside = np.flatnonzero((t >= from_t) & (t <= to_t))
    # Late messages lie behind those they belong before.
    order = inside[np.argsort(t[inside], kind="stable")]
    t = t[order]
    series = {
        name: _draw_series(t, column[order], most) for name, column in _columns(messages).items()
    }
    return Chart(len(t), series)


def _columns(messages: Sequence[StoredMessage]) -> dict[str, NDArray[np.float64]]:
    """Each channel, and the score, over all readings; NaN where missing."""
    columns = {name: _column(messages, name) for name in sorted(_channel_names(messages))}
    columns[SCORE] = _array([message.score for message in messages])
    return columns


def _channel_names(messages: Sequence[StoredMessage]) -> set[str]:
    return set(chain.from_iterable(message.channels for message in messages))


def _column(messages: Sequence[StoredMessage], name: str) -> NDArray[np.float64]:
    return _array([message.channels.get(name) or [None] * len(message.t) for message in messages])


def _array(parts: Sequence[Sequence[float | None]]) -> NDArray[np.float64]:
    return np.array(list(chain.from_iterable(parts)), dtype=np.float64)


def _draw_series(t: NDArray[np.int64], values: NDArray[np.float64], most: int) -> Series:
    shown = min_max_indices(values, most)
    values = values[shown]
    points = values.astype(object)
    points[np.isnan(values)] = None
    return Series(t[shown].tolist(), points.tolist())
