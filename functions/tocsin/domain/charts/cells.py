"""Readings rolled up: what a device did in each minute, or each hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.columns import stack_anomalous, stack_columns, stack_times
from tocsin.domain.charts.spread import Spread
from tocsin.domain.charts.stored_message import StoredMessage


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of n cells, each a stretch of event time with at least one reading.

    t: when each begins (ms), increasing.
    readings, anomalous: how many readings each holds, and how many of them were anomalous.
    series: by channel, and of the score, what it did in each.
    threshold: in force at the newest message; None where nothing scored.
    """

    t: NDArray[np.int64]
    readings: NDArray[np.int64]
    anomalous: NDArray[np.int64]
    series: Mapping[str, Spread]
    threshold: float | None

    @classmethod
    def empty(cls) -> Cells:
        return join_cells([])

    @classmethod
    def of_messages(
        cls, messages: Sequence[StoredMessage], cell_ms: int, *, from_t: int, to_t: int
    ) -> Cells:
        """The readings of *messages* from *from_t* until before *to_t* (ms), rolled up."""
        t = stack_times(messages)
        inside = np.flatnonzero((t >= from_t) & (t < to_t))
        columns = stack_columns(messages)
        newest = max(messages, key=lambda message: message.t[-1], default=None)
        rows = cls(
            t=t[inside],
            readings=np.ones(len(inside), dtype=np.int64),
            anomalous=stack_anomalous(messages)[inside],
            series={name: Spread.of_values(column[inside]) for name, column in columns.items()},
            threshold=None if newest is None else newest.threshold,
        )
        return rows.gather(cell_ms)

    def gather(self, cell_ms: int) -> Cells:
        """The same in cells of *cell_ms*, each beginning at a multiple of it."""
        if not len(self.t):
            return self
        t = self.t // cell_ms * cell_ms
        order = np.argsort(t, kind="stable")
        t = t[order]
        first = np.flatnonzero(np.append(True, np.diff(t) > 0))
        return Cells(
            t=t[first],
            readings=np.add.reduceat(self.readings[order], first),
            anomalous=np.add.reduceat(self.anomalous[order], first),
            series={name: part.take(order).gather(first) for name, part in self.series.items()},
            threshold=self.threshold,
        )

    def between(self, from_t: int, to_t: int) -> Cells:
        """Those that begin from *from_t* until before *to_t* (ms)."""
        return self._take(np.flatnonzero((self.t >= from_t) & (self.t < to_t)))

    def renew(self, newer: Cells) -> Cells:
        """These, and those of *newer* in the place of what begins at the same time.

        Messages are only ever added, until they expire. So what was made from more readings is the
        more complete, and stays: the rest of its messages has expired since, or whoever made
        *newer* read before the last of them came.
        """
        known = dict(zip(self.t.tolist(), self.readings.tolist(), strict=True))
        news = zip(newer.t.tolist(), newer.readings.tolist(), strict=True)
        taken = np.array([known.get(t, 0) <= readings for t, readings in news], dtype=bool)
        replaced = np.isin(self.t, newer.t[taken])
        parts = [self._take(np.flatnonzero(~replaced)), newer._take(np.flatnonzero(taken))]
        # The threshold is that of the part which goes on longer.
        parts.sort(key=lambda part: int(part.t.max(initial=np.iinfo(np.int64).min)))
        return join_cells(parts).gather(1)

    def _take(self, index: NDArray[np.int64]) -> Cells:
        return Cells(
            t=self.t[index],
            readings=self.readings[index],
            anomalous=self.anomalous[index],
            series={name: part.take(index) for name, part in self.series.items()},
            threshold=self.threshold,
        )


def join_cells(parts: Sequence[Cells]) -> Cells:
    """The cells of all *parts*, one part after the other; a channel is missing where a part has
    none of it, and the threshold is that of the last part that has one."""
    names = sorted({name for part in parts for name in part.series})
    thresholds = [part.threshold for part in parts if part.threshold is not None]
    return Cells(
        t=np.concatenate([_NONE, *(part.t for part in parts)]),
        readings=np.concatenate([_NONE, *(part.readings for part in parts)]),
        anomalous=np.concatenate([_NONE, *(part.anomalous for part in parts)]),
        series={
            name: Spread.join(
                [part.series.get(name) or Spread.missing(len(part.t)) for part in parts]
            )
            for name in names
        },
        threshold=thresholds[-1] if thresholds else None,
    )


_NONE = np.empty(0, dtype=np.int64)
