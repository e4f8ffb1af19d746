"""Show what devices measure while the next batches are scored: scoring never waits for it.

A live message is stale within seconds, so it is worth no delay of what is stored: at each site the
newest reading of a device takes the place of the one that still waits, and what could not be sent
in time is dropped and counted. At most one message an interval goes to a site, of so many bytes at
most, so that a large site costs a phone no more than it can take; what does not fit waits for the
next one, the longest waiting first. The tasks run on the event loop of the worker, and go on when
the batch that started them is done (docs/adr/0013-what-is-live-goes-beside.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.domain.messages.json_text import measure_json
from tocsin.domain.tracing.place import Place
from tocsin.domain.tracing.shown_spans import list_live_spans
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.operators import LiveFeed
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.trace_batch import NOWHERE

log = logging.getLogger(__name__)

WITHIN_S = 5.0  # a browser that waited longer is better served with the next message
EVERY_S = 0.25  # as often as a page draws
MOST_BYTES = 64_000  # with EVERY_S 256 kB a second, of 500 devices about every third reading
SITES_AT_ONCE = 32
MOST_WAITING = 2_000  # as many devices as a page keeps


@dataclass(slots=True)
class _Lane:
    """One site: by device what waits to be sent, the longest waiting first, and what sends it."""

    waiting: dict[str, Document] = field(default_factory=dict)
    traced: dict[str, Place] = field(default_factory=dict)
    """By device, where the trace of its waiting reading goes on, if it is traced."""
    sending: asyncio.Task[None] | None = None
    failed: int | None = None
    """Readings dropped since sending began to fail; None while it works."""


class LiveBeside:
    """Sends live telemetry beside the batches. ``dropped``: readings that nobody was shown.

    within_s: the time that one message may take.
    every_s: from one message of a site to its next.
    most_bytes: of the readings of one message; one that is larger by itself goes alone.
    most_waiting: devices of a site whose readings may wait at the same time.
    """

    def __init__(
        self,
        live: LiveFeed,
        *,
        within_s: float = WITHIN_S,
        every_s: float = EVERY_S,
        most_bytes: int = MOST_BYTES,
        most_waiting: int = MOST_WAITING,
        traces: Traces = NOWHERE,
    ) -> None:
        self.dropped = 0
        self._live = live
        self._traces = traces
        self._within_s = within_s
        self._every_s = every_s
        self._most_bytes = most_bytes
        self._most_waiting = most_waiting
        self._lanes: dict[str, _Lane] = {}
        self._places = asyncio.Semaphore(SITES_AT_ONCE)

    def offer(
        self,
        site_id: str,
        readings: Mapping[str, Document],
        places: Mapping[str, Place] | None = None,
    ) -> None:
        """Have *readings* (by device id) shown at a site; returns at once, and raises nothing.

        *places*: by device, where the trace of its reading goes on, if it is traced.
        """
        lane = self._lanes.setdefault(site_id, _Lane())
        for device_id, reading in readings.items():
            if device_id in lane.waiting:
                self._drop(lane, 1)
            lane.waiting[device_id] = reading  # keeps its place, so that nobody waits for ever
            lane.traced.pop(device_id, None)
            if places and device_id in places:
                lane.traced[device_id] = places[device_id]
        while len(lane.waiting) > self._most_waiting:
            dropped = next(iter(lane.waiting))
            lane.waiting.pop(dropped)
            lane.traced.pop(dropped, None)
            self._drop(lane, 1)
        if lane.sending is None:
            lane.sending = asyncio.create_task(self._send_waiting(site_id, lane))
            lane.sending.add_done_callback(_tell_bug)

    async def settle(self) -> None:
        """Return when nothing waits any more: each message was sent or has run out of time."""
        while sending := self._list_sending():
            await asyncio.wait(sending)

    def _list_sending(self) -> list[asyncio.Task[None]]:
        lanes = self._lanes.values()
        return [lane.sending for lane in lanes if lane.sending is not None]

    async def _send_waiting(self, site_id: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                async with self._places:
                    readings = self._take_frame(lane)
                    await self._send(site_id, lane, readings)
                await asyncio.sleep(self._every_s)
        finally:
            lane.sending = None
            if lane.failed is None and not lane.waiting:
                self._lanes.pop(site_id, None)

    def _take_frame(self, lane: _Lane) -> list[Document]:
        """What waits, taken out of the lane, as far as it fits into one message."""
        frame: list[Document] = []
        room = self._most_bytes
        for device_id in [*lane.waiting]:
            room -= measure_json(lane.waiting[device_id])
            if frame and room < 0:
                break
            frame.append(lane.waiting.pop(device_id))
        return frame

    async def _send(self, site_id: str, lane: _Lane, readings: Sequence[Document]) -> None:
        message = {
            "type": "telemetry",
            "siteId": site_id,
            "devices": readings,
            "waiting": len(lane.waiting),
        }
        began_ns = time.time_ns() if lane.traced else 0
        try:
            async with asyncio.timeout(self._within_s):
                await self._live.send(site_id, message)
        except (DeliveryError, TimeoutError) as error:
            self._trace(site_id, lane, readings, began_ns, is_failed=True)
            if lane.failed is None:
                why = str(error) or f"not within {self._within_s:g} s"
                log.warning(
                    "Live telemetry of site %r is not sent: %s",
                    site_id,
                    why,
                    extra=about(site=site_id),
                )
                lane.failed = 0
            self._drop(lane, len(readings))
            return
        self._trace(site_id, lane, readings, began_ns)
        if lane.failed is not None:
            log.warning(
                "Live telemetry of site %r is sent again; %d readings were not shown",
                site_id,
                lane.failed,
                extra=about(site=site_id),
            )
            lane.failed = None

    def _trace(
        self,
        site_id: str,
        lane: _Lane,
        readings: Sequence[Document],
        began_ns: int,
        *,
        is_failed: bool = False,
    ) -> None:
        if not lane.traced or not began_ns:
            return
        names = [name for reading in readings if (name := reading["deviceId"]) in lane.traced]
        places = {name: lane.traced.pop(name) for name in names}
        if places:
            spans = list_live_spans(
                site_id, places, began_ns=began_ns, ended_ns=time.time_ns(), is_failed=is_failed
            )
            self._traces.record([*spans])

    def _drop(self, lane: _Lane, readings: int) -> None:
        self.dropped += readings
        if lane.failed is not None:
            lane.failed += readings


def _tell_bug(task: asyncio.Task[None]) -> None:
    """What no service should raise reaches the log, since nobody awaits the task."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("Live telemetry stopped", exc_info=error)
