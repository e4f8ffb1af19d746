"""What the signal of a profile is made of, and the shape each profile's file gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from device_sim.signals.shapes import Floats, Times

# Named scalars carried from one block of readings to the next.
State: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trait:
    """How a channel behaves when healthy, for whoever wants to disturb it.

    ``spread``: standard deviation within an hour of one device, in the channel's unit.
    ``falls``: a fault of this channel is as likely to lower it as to raise it.
    """

    spread: float
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands: hours to add to UTC for its local time of day."""

    utc_offset_h: float = 0.0


class Machine(Protocol):
    """One device of a profile: its own operating point, drawn once, and its law of motion."""

    def begin(self, rng: np.random.Generator) -> State:
        """The state before the first block."""

    def block(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[dict[str, Floats], State]:
        """The channels' values [n] by name at the event times *t_ms* [n], and the state after.

        Pure: the same state, generator and times give the same values.
        """
