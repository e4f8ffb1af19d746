"""The readings of a device that works on demand: each computed when it is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from device_sim.signals.grid import BLOCK, WARM_UP_BLOCKS, Grid
from device_sim.signals.model import Drive, DrivenMachine, Place, State
from device_sim.signals.shapes import Floats, Times
from device_sim.signals.workcell import Workcell
from tocsin.domain.profile import Profile

DRIVEN_MACHINES: Mapping[str, Callable[[np.random.Generator, Place], DrivenMachine]] = {
    "workcell": Workcell.draw,
}


class DrivenStream:
    """The readings of *device* under the work that *drive* gives it.

    A block is computed again from its start each time readings of it are taken, with what the drive
    knows by then. A reading depends on nothing later, so those that are out stay as they are, and
    any cut gives the same readings for the same work.
    """

    def __init__(
        self,
        device: str,
        profile: Profile,
        drive: Drive,
        *,
        seed: int,
        start_ms: int,
        place: Place | None = None,
    ) -> None:
        self._grid = Grid(device, profile, seed=seed, start_ms=start_ms)
        self._machine = DRIVEN_MACHINES[profile.name](self._grid.rng("machine"), place or Place())
        self._drive = drive
        self._state: State = self._machine.begin(self._grid.rng("begin"))
        self._block = 0  # the block that _state is the begin of
        self._next = WARM_UP_BLOCKS * BLOCK  # the reading that comes next

    def next_ms(self, n: int) -> int:
        """Event time of the last of the next *n* readings."""
        return self._grid.time_of(self._next + n - 1)

    def take(self, n: int) -> tuple[Times, Floats]:
        """The next *n* readings: event times [n] in ms and values [n, channels] in raw units."""
        end = self._next + n
        times: list[Times] = [self._grid.times_of(self._block)[:0]]
        values: list[Floats] = [np.empty((0, self._grid.channels))]
        # The first time this runs the warm-up too, under the work the device has then.
        while n and self._block * BLOCK < end:
            block_times, block_values, after = self._compute_block()
            first = self._block * BLOCK
            part = slice(max(self._next - first, 0), end - first)
            times.append(block_times[part])
            values.append(block_values[part])
            if end - first < BLOCK:
                break
            self._block, self._state = self._block + 1, after
        self._next = end
        if n:
            self._drive.settle(self._grid.time_of(end - 1))
        return np.concatenate(times), np.concatenate(values)

    def _compute_block(self) -> tuple[Times, Floats, State]:
        times = self._grid.times_of(self._block)
        rng = self._grid.rng("block", self._block)
        by_name, after = self._machine.block(self._state, rng, times, self._drive.demand(times))
        return times, self._grid.clip_values(by_name), after
