"""The messages of one device that wait to be acknowledged: bounded, in order."""

from __future__ import annotations

import asyncio
from collections import deque

from device_sim.hub.message import Outgoing


class Outbox:
    """Keeps at most *limit* messages. A full outbox gives up its oldest one that is not being sent.

    For one event loop: one producer, one sender.
    """

    def __init__(self, limit: int) -> None:
        if limit < 2:
            raise ValueError("an outbox holds at least the message being sent and one more")
        self._limit = limit
        self._waiting: deque[Outgoing] = deque()
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, message: Outgoing) -> Outgoing | None:
        """Add *message*. Returns the message that had to go, if one had to."""
        lost = None
        if len(self._waiting) >= self._limit:
            # The first one may be on the wire and be acknowledged any moment.
            lost = self._waiting[1]
            del self._waiting[1]
        self._waiting.append(message)
        self._changed.set()
        return lost

    async def wait_for_space(self) -> None:
        """Wait until a message can be added without one having to go."""
        while len(self._waiting) >= self._limit:
            await self._wait_for_change()

    async def wait_for_first(self) -> Outgoing:
        """Wait for the oldest message; it stays until ``acknowledge``."""
        while not self._waiting:
            await self._wait_for_change()
        return self._waiting[0]

    def acknowledge(self) -> Outgoing:
        """Remove and return the oldest message: the hub has it."""
        message = self._waiting.popleft()
        self._changed.set()
        return message

    async def wait_until_empty(self) -> None:
        """Wait until every message is acknowledged."""
        while self._waiting:
            await self._wait_for_change()

    def give_up(self) -> list[Outgoing]:
        """Remove and return all that is left."""
        left = list(self._waiting)
        self._waiting.clear()
        self._changed.set()
        return left

    async def _wait_for_change(self) -> None:
        waited_for = self._changed
        if waited_for.is_set():
            waited_for = self._changed = asyncio.Event()
        await waited_for.wait()
