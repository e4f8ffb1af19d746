"""Which readings of a message are known: a reading is its device, its time and its values.

A device measures no two values of a channel at one time. Where another value is known for a time,
the device's clock was wrong, then or now: the reading is kept as another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.messages.telemetry import Message
from tocsin.domain.windows.window import History


@dataclass(frozen=True, slots=True)
class Known:
    """For each of n readings: ``same``, it is known; ``other``, its time is, with other values."""

    same: NDArray[np.bool_]
    other: NDArray[np.bool_]

    @classmethod
    def nothing(cls, message: Message) -> Known:
        none = np.zeros(len(message.times), dtype=np.bool_)
        return cls(none, none)

    @property
    def has_all(self) -> bool:
        return bool(self.same.all())

    @property
    def is_contested(self) -> bool:
        """Whether some reading that is not known has a time that is."""
        return bool((self.other & ~self.same).any())

    def join(self, more: Iterable[Known]) -> Known:
        known = self
        for other in more:
            known = Known(known.same | other.same, known.other | other.other)
        return known


def compare_readings(history: History, message: Message) -> Known:
    """What *history*, in the order of its times, has of the readings of *message*."""
    place = np.searchsorted(history.t, message.t)
    found = place < len(history.t)
    found[found] = history.t[place[found]] == message.t[found]
    known, sent = history.values[place[found]], message.values[found]
    alike = ((known == sent) | (np.isnan(known) & np.isnan(sent))).all(axis=1)
    same, other = found.copy(), found.copy()
    same[found], other[found] = alike, ~alike
    return Known(same, other)


def layer_readings(t: NDArray[np.int64], values: NDArray[np.float32]) -> list[History]:
    """Readings ``t`` ``[n]``, ``values`` ``[n, c]`` in any order, as histories in each of which a
    time comes once: as many as the most values that are known for one time."""
    order = np.argsort(t, kind="stable")
    t, values = t[order], values[order]
    place = np.arange(len(t))
    before = place - np.searchsorted(t, t)
    return [
        History(t[before == layer], values[before == layer])
        for layer in range(int(before.max(initial=-1)) + 1)
    ]
