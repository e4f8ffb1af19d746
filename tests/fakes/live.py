"""Live messages, collected."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tocsin.domain.errors import DeliveryError, RefusedError
from tocsin.usecases.ports.documents import Document


class FakeLive:
    """The port Live. ``sent``: (site, message) in order; ``away`` makes every call fail.

    ``refuses``: sites of which it takes nothing, ever. ``hangs``: while it is set, nothing is
    answered.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.away = False
        self.hangs = False
        self.refuses: set[str] = set()
        self.calls = 0
        self._answering = asyncio.Event()

    @property
    def alerts(self) -> list[tuple[str, dict[str, Any]]]:
        """Those of ``sent`` that show an alert."""
        return [(site, message) for site, message in self.sent if message["type"] == "alert"]

    def answer_again(self) -> None:
        self.hangs = False
        self._answering.set()

    async def send(self, site_id: str, message: Document) -> None:
        self.calls += 1
        if self.hangs:
            await self._answering.wait()
        self._reach()
        if site_id in self.refuses:
            raise RefusedError("the live service takes no such group")
        self.sent.append((site_id, json.loads(json.dumps(message, allow_nan=False))))

    async def client_url(self, user_id: str, site_id: str) -> str:
        self._reach()
        return f"ws://live/client/hubs/tocsin?user={user_id}&site={site_id}"

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the live service is away")
