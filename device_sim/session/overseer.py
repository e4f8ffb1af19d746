"""Whoever a session answers to: a person at a terminal, or the process that split the fleet."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from device_sim.clock import now_ms
from device_sim.session.log import Tally
from device_sim.session.progress import Progress

CONNECTING_EVERY_S = 5.0


class Shown(AbstractContextManager["Shown"], Protocol):
    """How a session is going, shown as often as ``show`` is called."""

    def show(self) -> None: ...


class Overseer(Protocol):
    """Tells a session when to begin and to end, and is told how it goes."""

    def listen(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        """From now on set *stop* when production is to end, and *hurry* when the drain is too."""

    def tell_connected(self, connected: int, devices: int, /) -> None:
        """So many of the devices are connected by now."""

    async def tell_ready(self, devices: int, /) -> int:
        """Every device is connected. Returns, when production may begin, its time in ms."""

    def show(self, tally: Tally, waiting: Callable[[], int]) -> Shown:
        """What shows the tally and how many messages wait."""


class Person:
    """Signals stop a session; a line says it is ready; progress goes to standard error."""

    def __init__(self) -> None:
        self._next_line_s = time.monotonic() + CONNECTING_EVERY_S

    def listen(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def receive_signal() -> None:
            if stop.is_set():
                hurry.set()
            stop.set()

        for number in list_stop_signals():
            # Not loop.add_signal_handler, which Windows lacks.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(receive_signal))

    def tell_connected(self, connected: int, devices: int) -> None:
        if time.monotonic() >= self._next_line_s:
            self._next_line_s = time.monotonic() + CONNECTING_EVERY_S
            sys.stderr.write(f"{connected} of {devices} devices connected\n")

    async def tell_ready(self, devices: int) -> int:
        sys.stdout.write(json.dumps({"ready": True, "devices": devices}) + "\n")
        sys.stdout.flush()
        return now_ms()

    def show(self, tally: Tally, waiting: Callable[[], int]) -> Shown:
        return Progress(tally, waiting)


def list_stop_signals() -> list[signal.Signals]:
    """The signals that mean "stop" here."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)  # what a parent sends there, which has no SIGTERM to send
    return numbers
