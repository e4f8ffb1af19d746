"""A device that runs what its twin orders, and reports what it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from device_sim.allocation import Allocation, judge, report_of
from device_sim.complaints import Complaints
from device_sim.devices.loads import LoadHistory
from device_sim.hub.link import Link, LinkError
from device_sim.hub.sender import FIRST_PAUSE_S, LONGEST_PAUSE_S
from device_sim.racing import before
from device_sim.session.log import RunLog
from tocsin.domain.plans.orders import Refusal

# A device that cannot reach its twin at the start begins without it after this time.
BEGIN_WITHIN_S = 5.0
REPORT_ATTEMPTS = 4


class Obedience:
    """Holds the allocation of one device, follows its twin and reports to it."""

    def __init__(
        self,
        device: str,
        link: Link,
        start: Allocation,
        *,
        loads: LoadHistory,
        now_ms: Callable[[], int],
        log: RunLog,
        complaints: Complaints,
    ) -> None:
        """*start*: what the device runs when its twin orders nothing. *now_ms* tells event time."""
        self._device = device
        self._link = link
        self._in_force = start
        self._loads = loads
        self._now_ms = now_ms
        self._log = log
        self._complaints = complaints
        self._at_ms = 0
        self._refusal: Refusal | None = None
        self._newest: int | None = None  # the newest $version of desired properties seen
        self._twin_is_old = False
        self._changed = asyncio.Event()

    async def begin(self) -> None:
        """Put the first allocation into force: the twin's order, else what there is to start with.

        Takes at most BEGIN_WITHIN_S when the hub is away.
        """
        start = self._in_force
        try:
            async with asyncio.timeout(BEGIN_WITHIN_S):
                await self._read_twin()
        except (LinkError, TimeoutError) as error:
            self._complain("cannot read its twin", error)
            self._twin_is_old = True
        if self._in_force is start:
            self._enforce(start)
        self._changed.set()

    async def obey(self, stop: asyncio.Event) -> None:
        """Follow the twin and report until *stop* is set. Never raises LinkError."""
        await before(stop, self._follow())

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._twin_is_old:
                await self._renew_twin()
            await self._send_report()

    async def _read_twin(self) -> None:
        """Listen first, so that nothing is missed between the two."""
        await self._link.listen(self._obey_desired, self._note_connection)
        self._twin_is_old = False
        self._obey_desired((await self._link.twin())["desired"])

    async def _renew_twin(self) -> None:
        """Read the twin as soon as the hub can be reached; what it said meanwhile is lost."""
        pause_s = FIRST_PAUSE_S
        while self._twin_is_old:
            try:
                await self._read_twin()
            except LinkError as error:
                self._twin_is_old = True
                self._complain("cannot read its twin", error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _note_connection(self) -> None:
        self._twin_is_old = True
        self._changed.set()

    def _obey_desired(self, desired: Mapping[str, Any]) -> None:
        """Obey an order at once; reporting may take its time."""
        version = desired.get("$version")
        if version is not None:
            if self._newest is not None and version <= self._newest:
                return  # overtaken by a newer patch, or by the whole twin
            self._newest = version
        if desired.get("allocation") is None:
            return
        verdict = judge(desired["allocation"], self._in_force)
        if isinstance(verdict, Refusal):
            self._refusal = verdict
            self._log.record_refusal(self._device, self._now_ms(), verdict)
        elif verdict is not self._in_force:
            self._refusal = None
            self._enforce(verdict)
        self._changed.set()

    def _enforce(self, allocation: Allocation) -> None:
        self._in_force = allocation
        self._at_ms = self._loads.change(self._now_ms(), allocation.load_pct)
        self._log.record_allocation(self._device, self._at_ms, allocation)

    async def _send_report(self) -> None:
        """Report what is in force. A report that fails is made good after the next order or
        connection."""
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, REPORT_ATTEMPTS + 1):
            report = report_of(self._in_force, self._at_ms, self._refusal)
            try:
                await self._link.report({"allocation": report})
            except LinkError as error:
                if attempt == REPORT_ATTEMPTS:
                    self._complain("cannot report its allocation", error)
                    return
                await asyncio.sleep(pause_s)
                pause_s *= 2
            else:
                return

    def _complain(self, what: str, error: Exception) -> None:
        reason = str(error) or "no answer in time"
        self._complaints.say(what, f"{self._device} {what} ({reason}); it goes on as it is")
