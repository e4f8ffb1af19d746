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
    """How a channel behaves when healthy, which is what the size of a fault is measured by.

    ``spread``: standard deviation within an hour of one device, in the channel's unit.
    ``falls``: a fault of this channel is as likely to lower it as to raise it.
    """

    spread: float
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands: hours to add to UTC for its local time of day."""

    utc_offset_h: float = 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """The work a device is given at each of n readings, beside being switched on.

    ``work_pct`` [n] is in percent of its own processor and may be more than it can do; ``speed``
    [n] is the share of its usual speed at which the processor runs, above 0. ``declared_pct`` [n]
    is the part of the work that the device knows of: what its tasks declare.
    """

    work_pct: Floats
    speed: Floats
    declared_pct: Floats


class Drive(Protocol):
    """What gives a device its work."""

    def demand(self, t_ms: Times) -> Demand:
        """The work at the event times *t_ms* [n] as far as it is known now.

        What is not yet settled may change until it is.
        """

    def settle(self, t_ms: int) -> None:
        """Readings up to *t_ms* are out; their work must not change any more."""


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


class DrivenMachine(Protocol):
    """A machine that can also work on demand instead of in its own duty cycle."""

    def begin(self, rng: np.random.Generator) -> State:
        """The state before the first block."""

    def block(
        self,
        state: State,
        rng: np.random.Generator,
        t_ms: Times,
        demand: Demand | None = None,
    ) -> tuple[dict[str, Floats], State]:
        """As ``Machine.block``; a reading depends on no later one's demand."""
