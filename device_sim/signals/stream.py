"""The readings of one device, endless and the same however they are cut into pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from device_sim.errors import UsageError
from device_sim.signals import environment, motor, pump, thermal, workcell
from device_sim.signals.grid import BLOCK, WARM_UP_BLOCKS, Grid
from device_sim.signals.model import Machine, Place, Trait
from device_sim.signals.shapes import Floats, Times
from tocsin.domain.profile import Profile

MACHINES: Mapping[str, Callable[[np.random.Generator, Place], Machine]] = {
    "environment": environment.Environment.draw,
    "motor": motor.Motor.draw,
    "pump": pump.Pump.draw,
    "thermal": thermal.Thermal.draw,
    "workcell": workcell.Workcell.draw,
}

TRAITS: Mapping[str, Mapping[str, Trait]] = {
    "environment": environment.TRAITS,
    "motor": motor.TRAITS,
    "pump": pump.TRAITS,
    "thermal": thermal.TRAITS,
    "workcell": workcell.TRAITS,
}


class Signal(Protocol):
    """The healthy readings of one device, one after the other."""

    def next_ms(self, n: int) -> int:
        """Event time of the last of the next *n* readings."""

    def take(self, n: int) -> tuple[Times, Floats]:
        """The next *n* readings: event times [n] in ms and values [n, channels] in raw units."""


class SignalStream:
    """The healthy readings of *device*, decided by seed, device id and start alone.

    Readings are ``period_s`` apart, the first at *start_ms*. Computed in blocks of a fixed size,
    each with its own generator, so ``take(2)`` then ``take(3)`` is ``take(5)``.
    """

    def __init__(
        self,
        device: str,
        profile: Profile,
        *,
        seed: int,
        start_ms: int,
        place: Place | None = None,
    ) -> None:
        if profile.name not in MACHINES:
            raise UsageError(
                f"no signal for profile {profile.name!r}; write one in device_sim/signals "
                "and name it in MACHINES and TRAITS"
            )
        self._grid = Grid(device, profile, seed=seed, start_ms=start_ms)
        self._machine = MACHINES[profile.name](self._grid.rng("machine"), place or Place())
        self._state = self._machine.begin(self._grid.rng("begin"))
        self._next_block = 0
        self._times: Times = np.empty(0, dtype=np.int64)
        self._values: Floats = np.empty((0, self._grid.channels))
        for _ in range(WARM_UP_BLOCKS):
            self._compute_block()

    def next_ms(self, n: int) -> int:
        """Event time of the last of the next *n* readings."""
        return self._grid.time_of(self._next_block * BLOCK - len(self._times) + n - 1)

    def take(self, n: int) -> tuple[Times, Floats]:
        """The next *n* readings: event times [n] in ms and values [n, channels] in raw units."""
        times, values = [self._times], [self._values]
        have = len(self._times)
        while have < n:
            block_times, block_values = self._compute_block()
            times.append(block_times)
            values.append(block_values)
            have += BLOCK
        all_times, all_values = np.concatenate(times), np.concatenate(values)
        self._times, self._values = all_times[n:], all_values[n:]
        return all_times[:n], all_values[:n]

    def _compute_block(self) -> tuple[Times, Floats]:
        times = self._grid.times_of(self._next_block)
        rng = self._grid.rng("block", self._next_block)
        by_name, self._state = self._machine.block(self._state, rng, times)
        self._next_block += 1
        return times, self._grid.clip_values(by_name)
