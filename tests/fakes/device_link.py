"""A device's connection to the hub, in memory, failing when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from device_sim.hub.link import LinkError, RefusedError
from device_sim.hub.message import Outgoing


class FakeLink:
    """Keeps what was sent and reported, and the twin.

    ``failures``: how many of the next attempts to send fail; ``twin_failures``, to read the twin;
    ``report_failures``, to report.
    """

    def __init__(
        self, *, failures: int = 0, refuses: bool = False, connects_after: int = 0
    ) -> None:
        self.sent: list[Outgoing] = []
        self.attempts: list[str] = []
        self.failures = failures
        self.connections = 0
        self.closed = False
        self.desired: dict[str, Any] = {"$version": 1}
        self.reports: list[dict[str, Any]] = []
        self.report_attempts = 0
        self.twin_failures = 0
        self.report_failures = 0
        self._away = False
        self._on_desired: Callable[[Mapping[str, Any]], None] | None = None
        self._on_connection: Callable[[], None] | None = None
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

    async def listen(
        self,
        on_desired: Callable[[Mapping[str, Any]], None],
        on_connection: Callable[[], None],
    ) -> None:
        self._on_desired, self._on_connection = on_desired, on_connection

    async def twin(self) -> Mapping[str, Any]:
        if self._away or self.twin_failures > 0:
            self.twin_failures -= 1
            raise LinkError("nobody there")
        return {"desired": dict(self.desired), "reported": {}}

    async def report(self, properties: Mapping[str, Any]) -> None:
        self.report_attempts += 1
        if self._away or self.report_failures > 0:
            self.report_failures -= 1
            self._attempted.set()
            raise LinkError("connection lost")
        self.reports.append(dict(properties))
        self._attempted.set()

    def order(self, allocation: object) -> None:
        """Somebody changes the desired property: a device that is connected hears of it."""
        self.desired |= {"allocation": allocation, "$version": self.desired["$version"] + 1}
        if not self._away:
            self.hear(self.desired)

    def hear(self, patch: Mapping[str, Any]) -> None:
        """A patch arrives, be it new or old."""
        assert self._on_desired is not None, "nobody listens"
        self._on_desired(dict(patch))

    def lose(self) -> None:
        """The connection goes."""
        self._away = True
        self._connection_changed()

    def regain(self) -> None:
        """The connection is back."""
        self._away = False
        self._connection_changed()

    async def until_attempts(self, n: int) -> None:
        """Wait until *n* messages were tried, within 10 s."""
        await self._until(lambda: len(self.attempts) >= n)

    async def until_reported(self, **fields: object) -> dict[str, Any]:
        """Wait until the newest report of the allocation has these fields, and return it."""
        await self._until(
            lambda: bool(self.reports) and fields.items() <= self.reports[-1]["allocation"].items()
        )
        found: dict[str, Any] = self.reports[-1]["allocation"]
        return found

    async def until_report_attempts(self, n: int) -> None:
        """Wait until *n* reports were tried, within 10 s."""
        await self._until(lambda: self.report_attempts >= n)

    async def close(self) -> None:
        self.closed = True

    def _connection_changed(self) -> None:
        if self._on_connection is not None:
            self._on_connection()

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._attempted.clear()
                await self._attempted.wait()
