"""A new normal: how far a device's levels lie from where they were, by the word of operators.

After maintenance a machine may run at other levels for good. Its model knows the old ones, and no
threshold tells the new ones from a fault. So what has changed is taken out before its readings are
scored: from then on they are judged as those from before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.profile import Profile
from tocsin.domain.stored import NUMBER, take_field, take_mapping

# A channel has moved when its recent median lies further from that of the readings before than
# these two quantiles of them from each other: a slow rhythm alone moves it by less.
SPREAD = (0.025, 0.975)
DIGITS = 6

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Baseline:
    """``since``: when it was set (ms); it counts for what the hub took from then on. ``shifts``: by
    channel what is taken off its values, in their unit; a channel that is left out stays."""

    since: int
    shifts: Mapping[str, float]

    def counts_for(self, enqueued_at: int) -> bool:
        return enqueued_at >= self.since

    def shift_of(self, profile: Profile) -> NDArray[np.float32]:
        """What is taken off each channel of *profile*, ``[c]``."""
        shifts = [self.shifts.get(name, 0.0) for name in profile.channel_names]
        return np.array(shifts, dtype=np.float32)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Baseline:
        """Raises DamagedDocumentError."""
        return cls(
            since=take_field(document, "since", int),
            shifts=take_mapping(document, "shifts", *NUMBER),
        )

    def to_document(self) -> dict[str, Any]:
        return {"since": self.since, "shifts": dict(self.shifts)}


def find_shifts(before: Rows, recent: Rows, profile: Profile) -> dict[str, float]:
    """How far each channel of *recent* ``[m, c]`` has moved from *before* ``[n, c]``; those that
    have not are left out."""
    shifts: dict[str, float] = {}
    for name, old, new in zip(profile.channel_names, before.T, recent.T, strict=True):
        known_old, known_new = old[np.isfinite(old)], new[np.isfinite(new)]
        if not len(known_old) or not len(known_new):
            continue
        low, median, high = np.quantile(known_old.astype(np.float64), (SPREAD[0], 0.5, SPREAD[1]))
        now = float(np.median(known_new.astype(np.float64)))
        if abs(now - median) > high - low:
            shifts[name] = round(now - float(median), DIGITS)
    return shifts


def add_shifts(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Both, one after the other."""
    return {
        name: round(first.get(name, 0.0) + second.get(name, 0.0), DIGITS)
        for name in sorted(first.keys() | second.keys())
    }
