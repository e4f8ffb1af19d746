"""The readings of one device, endless and the same however they are cut into pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from device_sim.errors import UsageError
from device_sim.seeds import number_of
from device_sim.signals import environment, motor, pump, thermal, workcell
from device_sim.signals.model import Machine, Place, Trait
from device_sim.signals.shapes import Floats, Times
from tocsin.domain.profile import Profile

# Readings computed at a time. A device has run for WARM_UP_BLOCKS before its first reading, so
# that its temperatures and loads are those of a machine long switched on.
BLOCK = 300
WARM_UP_BLOCKS = 16

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
        self._channels = profile.channel_names
        self._limits = np.array([(one.low, one.high) for one in profile.channels]).T
        self._period_ms = round(profile.period_s * 1000)
        self._origin_ms = start_ms - WARM_UP_BLOCKS * BLOCK * self._period_ms
        self._key = (seed, number_of(device))
        self._machine = MACHINES[profile.name](self._rng("machine", 0), place or Place())
        self._state = self._machine.begin(self._rng("begin", 0))
        self._next_block = 0
        self._times: Times = np.empty(0, dtype=np.int64)
        self._values: Floats = np.empty((0, len(self._channels)))
        for _ in range(WARM_UP_BLOCKS):
            self._compute_block()

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
        first = self._next_block * BLOCK
        times = self._origin_ms + np.arange(first, first + BLOCK, dtype=np.int64) * self._period_ms
        by_name, self._state = self._machine.block(
            self._state, self._rng("block", self._next_block), times
        )
        self._next_block += 1
        values = np.column_stack([by_name[name] for name in self._channels])
        return times, np.clip(values, self._limits[0], self._limits[1])

    def _rng(self, use: str, index: int) -> np.random.Generator:
        return np.random.default_rng([*self._key, number_of(use), index])
