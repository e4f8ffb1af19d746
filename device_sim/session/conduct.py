"""A session with the hub: connect, say ready, produce, drain, report. Shared by run and replay."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from device_sim.errors import SimulatorError
from device_sim.racing import before, first_of
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.overseer import Overseer, Shown

UNDELIVERED = 3
SUMMARY_EVERY_S = 5.0

Produce = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session produces (None: until told to stop) and may take to drain, in s."""

    duration_s: float | None
    drain_s: float


async def conduct(
    dispatch: Dispatch,
    log: RunLog,
    *,
    producers: Callable[[int], list[Produce]],
    limits: Limits,
    on_end: Callable[[], None],
    overseer: Overseer,
) -> int:
    """Run a session. Returns 0, or 3 when a message was not delivered.

    *producers* is called with the time of the beginning (ms) once every device is connected; each
    producer ends when its work is done or soon after the event it is given is set. *on_end* is
    called when all have ended. The *overseer* ends production, and if need be the drain as well.
    """
    stop, hurry = asyncio.Event(), asyncio.Event()
    overseer.listen(stop, hurry)
    began = time.monotonic()
    try:
        start_ms = await _await_beginning(dispatch, log.tally.devices, overseer, stop)
        if start_ms is None:
            return 0
        dispatch.start()
        with overseer.show(log.tally, lambda: dispatch.waiting) as progress:
            reporting = asyncio.create_task(_report_progress(log, progress, began))
            try:
                await _produce(producers(start_ms), stop, limits.duration_s)
                on_end()
                await _wait_for_delivery(dispatch, hurry, limits.drain_s)
            finally:
                reporting.cancel()
    finally:
        await dispatch.close()
        log.write_summary(finished=True, seconds=time.monotonic() - began)
        log.close()
    return UNDELIVERED if log.tally.undelivered else 0


async def _await_beginning(
    dispatch: Dispatch, devices: int, overseer: Overseer, stop: asyncio.Event
) -> int | None:
    """Connect, and wait for the beginning. Its time in ms, or None when *stop* came first."""
    begins: list[int] = []

    async def connect() -> None:
        await dispatch.connect(lambda connected: overseer.tell_connected(connected, devices))
        begins.append(await overseer.tell_ready(devices))

    return begins[0] if await before(stop, connect()) else None


async def _produce(producers: list[Produce], stop: asyncio.Event, duration_s: float | None) -> None:
    async def run_producers() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for produce in producers:
                    group.create_task(produce(stop))
        except* SimulatorError as errors:
            raise errors.exceptions[0] from None

    production = asyncio.create_task(run_producers())
    try:
        async with asyncio.timeout(duration_s):
            await first_of(production, stop)
    except TimeoutError:
        pass
    stop.set()
    await production


async def _wait_for_delivery(dispatch: Dispatch, hurry: asyncio.Event, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await before(hurry, dispatch.wait_until_empty())
    except TimeoutError:
        sys.stderr.write(f"{dispatch.waiting} messages are still waiting after {within_s:g} s\n")


async def _report_progress(log: RunLog, progress: Shown, began: float) -> None:
    while True:
        for _ in range(int(SUMMARY_EVERY_S)):
            await asyncio.sleep(1.0)
            progress.show()
        log.write_summary(finished=False, seconds=time.monotonic() - began)
