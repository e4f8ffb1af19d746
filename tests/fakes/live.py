"""Live messages, collected."""

from __future__ import annotations

import json
from typing import Any

from tocsin.domain.errors import DeliveryError
from tocsin.usecases.ports.documents import Document


class FakeLive:
    """The port Live. ``sent``: (site, message) in order; ``away`` makes every call fail."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.away = False

    async def send(self, site_id: str, message: Document) -> None:
        self._reach()
        self.sent.append((site_id, json.loads(json.dumps(message, allow_nan=False))))

    async def client_url(self, user_id: str, site_id: str) -> str:
        self._reach()
        return f"ws://live/client/hubs/tocsin?user={user_id}&site={site_id}"

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the live service is away")
