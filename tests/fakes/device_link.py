"""A device's connection to the hub, in memory, failing when told to."""

from __future__ import annotations

import asyncio

from device_sim.message import Outgoing
from device_sim.sender import LinkError, RefusedError


class FakeLink:
    """Keeps what was sent. ``failures``: how many of the next attempts fail."""

    def __init__(
        self, *, failures: int = 0, refuses: bool = False, connects_after: int = 0
    ) -> None:
        self.sent: list[Outgoing] = []
        self.attempts: list[str] = []
        self.failures = failures
        self.connections = 0
        self.closed = False
        self._attempted = asyncio.Event()
        self._refuses = refuses
        self._connects_after = connects_after

    async def connect(self) -> None:
        self.connections += 1
        if self._refuses:
            raise RefusedError("bad key")
        if self.connections <= self._connects_after:
            raise LinkError("nobody there")

    async def send(self, message: Outgoing) -> None:
        self.attempts.append(message.message_id)
        self._attempted.set()
        if self.failures > 0:
            self.failures -= 1
            raise LinkError("connection lost")
        self.sent.append(message)

    async def until_attempts(self, n: int) -> None:
        """Wait until *n* messages were tried, within 10 s."""
        async with asyncio.timeout(10):
            while len(self.attempts) < n:
                self._attempted.clear()
                await self._attempted.wait()

    async def close(self) -> None:
        self.closed = True
