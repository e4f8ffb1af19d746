"""The faults that really reached the readings sent, kept to compare the detection with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from device_sim.faults.kinds import Fault
from device_sim.session.log import RunLog


class Truth:
    """Collects faults as they begin; a fault the session cuts off ends with its last reading."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._faults: dict[Fault, None] = {}
        self._last_ms: dict[str, int] = {}

    def observe(self, device: str, last_ms: int, faults: Iterable[Fault | None]) -> None:
        """Readings of *device* up to *last_ms* were produced, disturbed by *faults*."""
        self._last_ms[device] = last_ms
        known = len(self._faults)
        self._faults.update({fault: None for fault in faults if fault is not None})
        if len(self._faults) > known:
            self._write_truth(list(self._faults))

    def finish(self) -> None:
        """Cut the faults that outlast the session and write the final truth."""
        self._write_truth(
            [
                replace(fault, end_ms=min(fault.end_ms, self._last_ms[fault.device] + 1))
                for fault in self._faults
            ]
        )

    def _write_truth(self, faults: list[Fault]) -> None:
        self._log.write_faults([fault.document() for fault in faults])
