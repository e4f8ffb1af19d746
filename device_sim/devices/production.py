"""A device at work: history first, then a message each time its last reading's time has come."""

from __future__ import annotations

import asyncio
from itertools import compress

import numpy as np

from device_sim.clock import Clock, now_ms
from device_sim.devices.sensing import Readings, SimulatedDevice
from device_sim.faults.kinds import LATE_BURST
from device_sim.hub.message import Composer, Outgoing
from device_sim.session.dispatch import Dispatch
from device_sim.session.truth import Truth

HISTORY_BATCH = 60


class Worker:
    """Turns the readings of one device into messages."""

    def __init__(
        self,
        name: str,
        device: SimulatedDevice,
        composer: Composer,
        *,
        dispatch: Dispatch,
        clock: Clock,
        truth: Truth,
        batch: int,
        history: int,
    ) -> None:
        """*batch*: readings a message; *history*: readings sent at the start, before now."""
        self._name = name
        self._device = device
        self._composer = composer
        self._dispatch = dispatch
        self._clock = clock
        self._truth = truth
        self._batch = batch
        self._history = history
        self._held: list[Outgoing] = []

    async def work(self, stop: asyncio.Event) -> None:
        """Produce until *stop* is set."""
        await self._send_history(stop)
        while not stop.is_set():
            # Taken when its time has come: what the device does by then decides what it measures.
            if not await self._clock.reach(self._device.next_ms(self._batch), stop):
                break
            readings = self._device.take(self._batch)
            self._truth.observe(self._name, int(readings.t_ms[-1]), readings.faults)
            self._hand_over(readings)
        self._release()

    async def _send_history(self, stop: asyncio.Event) -> None:
        left = self._history
        while left > 0 and not stop.is_set():
            readings = self._device.take(min(HISTORY_BATCH, left))
            left -= len(readings.t_ms)
            message = self._make_message(readings)
            if message is not None:
                await self._dispatch.offer_when_free(message, stop)

    def _hand_over(self, readings: Readings) -> None:
        message = self._make_message(readings)
        if message is None:
            return
        fault = readings.faults[-1]
        if fault is not None and fault.kind == LATE_BURST:
            self._held.append(message)
            return
        self._dispatch.offer(message)
        self._release()

    def _release(self) -> None:
        """Send what a late burst held back, after the newer message that ended it."""
        for message in self._held:
            self._dispatch.offer(message)
        self._held.clear()

    def _make_message(self, readings: Readings) -> Outgoing | None:
        """A message; None from a device silent in all of these readings."""
        speaking = np.asarray(~np.isnan(readings.values).all(axis=1))
        if not speaking.any():
            return None
        return self._composer.compose(
            readings.t_ms[speaking].tolist(),
            readings.values[speaking].tolist(),
            produced_at=now_ms(),
            told=[*compress(readings.told, speaking)],
        )
