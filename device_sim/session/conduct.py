"""A session with the hub: connect, say ready, produce, drain, report. Shared by run and replay."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from device_sim.errors import SimulatorError
from device_sim.racing import before, first_of
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.progress import Progress

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
    producers: Callable[[], list[Produce]],
    limits: Limits,
    on_end: Callable[[], None],
) -> int:
    """Run a session. Returns 0, or 3 when a message was not delivered.

    *producers* is called once every device is connected; each producer ends when its work is done
    or soon after the event it is given is set. *on_end* is called when all have ended.
    SIGTERM and SIGINT end production; a second one ends the drain as well.
    """
    stop, hurry = asyncio.Event(), asyncio.Event()
    _on_signals(stop, hurry)
    began = time.monotonic()
    try:
        if not await before(stop, dispatch.connect()):
            return 0
        _say_ready(log.tally.devices)
        dispatch.start()
        with Progress(log.tally, lambda: dispatch.waiting) as progress:
            reporting = asyncio.create_task(_report_progress(log, progress, began))
            try:
                await _produce(producers(), stop, limits.duration_s)
                on_end()
                await _wait_for_delivery(dispatch, hurry, limits.drain_s)
            finally:
                reporting.cancel()
    finally:
        await dispatch.close()
        log.write_summary(finished=True, seconds=time.monotonic() - began)
        log.close()
    return UNDELIVERED if log.tally.undelivered else 0


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


async def _report_progress(log: RunLog, progress: Progress, began: float) -> None:
    while True:
        for _ in range(int(SUMMARY_EVERY_S)):
            await asyncio.sleep(1.0)
            progress.show()
        log.write_summary(finished=False, seconds=time.monotonic() - began)


def _on_signals(stop: asyncio.Event, hurry: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def receive_signal() -> None:
        if stop.is_set():
            hurry.set()
        stop.set()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)  # what a parent sends there, which has no SIGTERM to send
    for number in numbers:
        # Not loop.add_signal_handler, which Windows lacks.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(receive_signal))


def _say_ready(devices: int) -> None:
    """Tell a parent process that every device is connected."""
    sys.stdout.write(json.dumps({"ready": True, "devices": devices}) + "\n")
    sys.stdout.flush()
