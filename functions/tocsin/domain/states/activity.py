"""How active a machine is at each reading: as good as dead, between, or at work.

No labels are needed: the model was trained on machines at work, and its bundle says between which
values their readings lay. A machine that is off shows next to nothing in every channel of its
activity at once; a sensor that fails alone, or a fault of one quantity, does not look like that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.profile import Profile

OFF_SHARE = 0.1  # of what nine of ten readings at work do not exceed
RUN_SHARE = 0.7  # of what nine of ten readings at work exceed


class Kind(IntEnum):
    """What the activity of one reading looks like."""

    LOW = 0
    BETWEEN = 1
    PARTLY = 2  # at work, but not by its most telling channel
    HIGH = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Where the activity of k channels splits.

    columns: their indices, the most telling one first. off, run: float32 ``[k]`` in their units: a
    machine with all of them below ``off`` is off, with any from ``run`` on at work. highest: what
    nine of ten readings of the most telling one do not exceed at work, 0 where that is not known.
    """

    columns: tuple[int, ...]
    off: NDArray[np.float32]
    run: NDArray[np.float32]
    highest: float

    @property
    def main(self) -> int:
        """The index of the most telling channel."""
        return self.columns[0]

    def is_at_work(self, values: NDArray[np.float32]) -> bool:
        """Whether each of *values* ``[n, c]`` is HIGH by its most telling channel."""
        return bool(values[:, self.columns[0]].min() >= self.run[0])

    def sort_readings(
        self, values: NDArray[np.float32], slack: NDArray[np.float64] | None = None
    ) -> NDArray[np.int8]:
        """The Kind of each of *values* ``[n, c]``, NaN where missing. *slack* ``[c]``: by how much
        each channel may be below what it shows; None for nothing."""
        columns = list(self.columns)
        part = values[:, columns]
        known = ~np.isnan(part)
        off = self.off
        if slack is not None:
            # A sensor that goes on with its last value shows no more than how far it ran down. But
            # at most as much again: a start that stalls is to be told from rest.
            off = np.minimum(self.off + np.minimum(slack[columns], self.off), self.run)
        low = ((part < off) | ~known).all(axis=1)
        high = part >= self.run
        main = np.where(known[:, 0], high[:, 0], high.any(axis=1))
        kinds = np.select(
            [~known.any(axis=1), low, main, high.any(axis=1)],
            [Kind.UNKNOWN, Kind.LOW, Kind.HIGH, Kind.PARTLY],
            Kind.BETWEEN,
        )
        return kinds.astype(np.int8)


def find_levels(profile: Profile, usual: Mapping[str, tuple[float, float]]) -> Levels | None:
    """The levels that *profile* gives, or that follow from *usual*: by channel the values that nine
    of ten readings at work exceed, and do not exceed. None where there are none."""
    found: list[tuple[int, float, float, float]] = []
    for part in () if profile.states is None else profile.states.activity:
        lowest, highest = usual.get(part.channel, (0.0, 0.0))
        off = OFF_SHARE * highest if part.off_below is None else part.off_below
        run = max(off, RUN_SHARE * lowest) if part.idle_below is None else part.idle_below
        if off > 0:
            found.append((profile.channel_names.index(part.channel), off, run, highest))
    if not found:
        return None
    columns, off_levels, run_levels, highest_values = zip(*found, strict=True)
    return Levels(
        columns,
        off=np.array(off_levels, np.float32),
        run=np.array(run_levels, np.float32),
        highest=highest_values[0],
    )
