"""When a machine is switched on, and off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_sim.errors import UsageError
from device_sim.signals.shapes import Times, hour_of_day, is_weekend

MINUTE_MS = 60_000
LONGEST_MIN = 10_000.0


@dataclass(frozen=True, slots=True)
class Nights:
    """At work on weekdays from ``start_h`` to ``end_h``, local time."""

    start_h: float = 6.0
    end_h: float = 22.0

    def is_on(self, t_ms: Times, utc_offset_h: float) -> NDArray[np.bool_]:
        """Whether it is on at each event time *t_ms* ``[n]``."""
        hours = hour_of_day(t_ms, utc_offset_h)
        at_work: NDArray[np.bool_] = (hours >= self.start_h) & (hours < self.end_h)
        return at_work & ~is_weekend(t_ms, utc_offset_h)


@dataclass(frozen=True, slots=True)
class Turns:
    """On for ``on_min`` minutes, then off for ``off_min``; turns count from 1970."""

    on_min: float
    off_min: float

    def is_on(self, t_ms: Times, utc_offset_h: float) -> NDArray[np.bool_]:  # noqa: ARG002 (a Rota)
        """Whether it is on at each event time *t_ms* ``[n]``, wherever it stands."""
        minutes = (t_ms / MINUTE_MS) % (self.on_min + self.off_min)
        on: NDArray[np.bool_] = minutes < self.on_min
        return on


Rota = Nights | Turns


def parse_rota(text: str) -> Rota | None:
    """``none``, ``nights``, or minutes on and off such as ``45/15``. Raises UsageError."""
    if text == "none":
        return None
    if text == "nights":
        return Nights()
    on, _, off = text.partition("/")
    try:
        turns = Turns(float(on), float(off))
    except ValueError:
        turns = Turns(0.0, 0.0)
    if not (0 < turns.on_min <= LONGEST_MIN and 0 < turns.off_min <= LONGEST_MIN):
        raise UsageError(f"--rest {text}: say none, nights, or minutes on and off such as 45/15")
    return turns
