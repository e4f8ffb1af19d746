"""What a way between the functions and a service can suffer from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "refuse", "cut", "slow", "hang"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """``refuse``: every HTTP request is answered with ``status``. ``cut``: connections are reset
    and none is made. ``slow``: every piece of traffic is late by ``delay_s``, each way. ``hang``:
    connections are taken, and nothing moves on them."""

    kind: Kind = "none"
    status: int = 503
    delay_s: float = 0.0

    @property
    def name(self) -> str:
        """As a campaign is called by it."""
        return str(self.status) if self.kind == "refuse" else self.kind

    def answer(self) -> bytes:
        """The HTTP answer to a request that is refused; it closes the connection."""
        body = b'{"code": "TroubleByIntent", "message": "this service refuses requests just now"}'
        head = (
            f"HTTP/1.1 {self.status} Refused\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nx-ms-retry-after-ms: 200\r\nRetry-After: 1\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode() + body


HEALTHY = Trouble()
TOO_MANY = Trouble("refuse", status=429)
UNAVAILABLE = Trouble("refuse", status=503)
CUT = Trouble("cut")
SLOW = Trouble("slow", delay_s=1.5)
HANGING = Trouble("hang")
