"""What one channel did in each of a row of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import DamagedDocumentError

MEAN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """Lowest, highest and mean value in each of n cells, NaN where there was none; and of how many
    values, ``count``."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    count: NDArray[np.int64]

    @classmethod
    def of_values(cls, values: NDArray[np.float64]) -> Spread:
        """Each value as a cell of its own."""
        return cls(values, values, values, (~np.isnan(values)).astype(np.int64))

    @classmethod
    def missing(cls, cells: int) -> Spread:
        return cls.of_values(np.full(cells, np.nan))

    def take(self, index: NDArray[np.int64]) -> Spread:
        return Spread(self.low[index], self.high[index], self.mean[index], self.count[index])

    def gather(self, first: NDArray[np.int64]) -> Spread:
        """One cell of all from each index in *first* up to the next; there is at least one."""
        count = np.add.reduceat(self.count, first)
        low, high = np.fmin.reduceat(self.low, first), np.fmax.reduceat(self.high, first)
        lengths = np.diff(first, append=len(self.count))
        # Each mean is made smaller before they are added: together they may leave a float's range.
        share = self.count / np.repeat(np.maximum(count, 1), lengths)
        mean = np.add.reduceat(np.where(self.count > 0, self.mean, 0.0) * share, first)
        # What the additions rounded away must not lie beyond the extremes.
        return Spread(low, high, np.where(count > 0, np.clip(mean, low, high), np.nan), count)

    @classmethod
    def join(cls, parts: Sequence[Spread]) -> Spread:
        """The cells of the first, then those of the second, and so on."""
        return cls(
            low=np.concatenate([part.low for part in parts]),
            high=np.concatenate([part.high for part in parts]),
            mean=np.concatenate([part.mean for part in parts]),
            count=np.concatenate([part.count for part in parts]),
        )

    def to_columns(self) -> dict[str, list[float | None]]:
        """The lowest, the highest and the mean values, None where there was none."""
        return {
            "min": _to_list(self.low),
            "max": _to_list(self.high),
            "mean": _to_list(self.mean),
        }

    def to_document(self, readings: NDArray[np.int64]) -> dict[str, list[Any]]:
        """As it is stored beside the numbers of *readings*: means rounded, and the counts only
        where a value was missing."""
        rounded = np.array([float(f"{mean:.{MEAN_DIGITS}g}") for mean in self.mean])
        short = Spread(self.low, self.high, np.clip(rounded, self.low, self.high), self.count)
        columns: dict[str, list[Any]] = {**short.to_columns()}
        if (self.count != readings).any():
            columns["count"] = self.count.tolist()
        return columns

    @classmethod
    def from_document(cls, part: Mapping[str, Any], readings: NDArray[np.int64]) -> Spread:
        """Raises DamagedDocumentError."""
        try:
            low, high, mean = (np.array(part[name], float) for name in ("min", "max", "mean"))
            count = np.array(part.get("count", readings), dtype=np.int64)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DamagedDocumentError(f"a rolled-up series is damaged: {error!r}") from error
        if any(column.shape != readings.shape for column in (low, high, mean, count)):
            raise DamagedDocumentError("a rolled-up series has not one value for each cell")
        return cls(low, high, mean, count)


def _to_list(values: NDArray[np.float64]) -> list[float | None]:
    points = values.astype(object)
    points[np.isnan(values)] = None
    found: list[float | None] = points.tolist()
    return found
