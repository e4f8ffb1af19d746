"""Whether a machine has come up to where it is at work.

A switch says that an oven is on, and a heater may draw all its power at once, half an hour before
the oven is hot. So where a profile names what has to come up, a start is over only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.profile import Profile

BELOW = 0.5  # of the width of its values at work, below the lowest of them


@dataclass(frozen=True, slots=True, eq=False)
class Heights:
    """From where on each of k channels has come up.

    columns: their indices, the most telling one first. at: float32 ``[k]`` in their units. highest:
    what nine of ten readings of the first one do not exceed at work, 0 where that is not known.
    """

    columns: tuple[int, ...]
    at: NDArray[np.float32]
    highest: float

    @property
    def main(self) -> int:
        """The index of the most telling channel."""
        return self.columns[0]

    def find_reached(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """At which of *values* ``[n, c]`` all have come up, bool ``[n]``; a missing value has
        not."""
        up = np.asarray(values[:, list(self.columns)] >= self.at)
        reached: NDArray[np.bool_] = np.asarray(up.all(axis=1))
        return reached

    def find_below(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """At which of *values* ``[..., n, c]`` any is known to be below, bool ``[..., n]``: of a
        missing value nobody knows."""
        below = np.asarray(values[..., list(self.columns)] < self.at)
        found: NDArray[np.bool_] = np.asarray(below.any(axis=-1))
        return found


def find_heights(profile: Profile, usual: Mapping[str, tuple[float, float]]) -> Heights | None:
    """The heights that *profile* gives, or that follow from *usual*: by channel the values that
    nine of ten readings at work exceed, and do not exceed. None where there are none.

    A width below the lowest, not a share of it: 0 °C is not what a temperature falls to.
    """
    found: list[tuple[int, float, float]] = []
    for part in () if profile.states is None else profile.states.reach:
        index = profile.channel_names.index(part.channel)
        lowest, highest = usual.get(part.channel, (None, 0.0))
        if part.at is not None:
            found.append((index, part.at, highest))
        elif lowest is not None:
            found.append((index, lowest - BELOW * (highest - lowest), highest))
    if not found:
        return None
    columns, heights, highest_values = zip(*found, strict=True)
    return Heights(columns, np.array(heights, np.float32), highest_values[0])
