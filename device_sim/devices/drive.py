"""What works a driven device: its tasks, and what goes wrong with its processor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from device_sim.devices.loads import LoadHistory
from device_sim.faults.kinds import OVERLOAD, THROTTLED, Fault
from device_sim.signals.model import Demand
from device_sim.signals.shapes import Times

# How much of the processor an unplanned programme takes.
BACKGROUND_PCT = 60.0
# How much of its speed a processor keeps when its cooling fails.
THROTTLED_SPEED = 0.4


class TaskDrive:
    """The work of a device's tasks, burdened by the faults that act on what does the work."""

    def __init__(self, loads: LoadHistory, *, capacity_pct: float, faults: Iterator[Fault]) -> None:
        """*faults*: all of the device in order of time; those of the readings count for nothing."""
        self._loads = loads
        self._capacity_pct = capacity_pct
        self._coming = faults
        self._next = next(faults, None)
        self._acting: list[Fault] = []

    def demand(self, t_ms: Times) -> Demand:
        """The work at the event times *t_ms* [n]; they never begin earlier than the last ones."""
        self._look_ahead(int(t_ms[-1]))
        self._acting = [fault for fault in self._acting if fault.end_ms > t_ms[0]]
        declared_pct = 100.0 * self._loads.load_at(t_ms) / self._capacity_pct
        work_pct = declared_pct.copy()
        speed = np.ones(len(t_ms))
        for fault in self._acting:
            inside = (t_ms >= fault.start_ms) & (t_ms < fault.end_ms)
            if fault.kind == OVERLOAD:
                work_pct[inside] += BACKGROUND_PCT
            elif fault.kind == THROTTLED:
                speed[inside] = THROTTLED_SPEED
        return Demand(work_pct, speed, declared_pct)

    def settle(self, t_ms: int) -> None:
        """Readings up to *t_ms* are out."""
        self._loads.settle(t_ms)

    def _look_ahead(self, until_ms: int) -> None:
        while self._next is not None and self._next.start_ms <= until_ms:
            if self._next.kind in {OVERLOAD, THROTTLED}:
                self._acting.append(self._next)
            self._next = next(self._coming, None)
