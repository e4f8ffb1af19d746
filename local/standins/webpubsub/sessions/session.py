"""One client's session: who it is, what it may do, what waits for it.

A reliable client's session outlives its WebSocket for a while, so that it can be recovered.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable
from typing import Protocol

from local.standins.webpubsub.access.tokens import ClientClaims
from local.standins.webpubsub.sessions import frames
from local.standins.webpubsub.sessions.frames import Payload
from local.standins.webpubsub.sessions.outbox import Frame, Outbox
from local.standins.webpubsub.sessions.permissions import Permissions

SIMPLE = ""
JSON = "json.webpubsub.azure.v1"
RELIABLE = "json.reliable.webpubsub.azure.v1"

_REMEMBERED_ACK_IDS = 4096


class Line(Protocol):
    """The WebSocket a session is attached to."""

    def wake(self) -> None:
        """Say that the outbox has something to send."""

    def hang_up(self, code: int, reason: str) -> Awaitable[None]:
        """Begin to close, telling the client why; what is returned ends when it is closed."""


class Message:
    """A message to any number of clients, encoded once for each of the protocols."""

    def __init__(
        self,
        payload: Payload,
        *,
        group: str | None = None,
        from_user_id: str | None = None,
        ttl_s: float = 0,
    ) -> None:
        """*ttl_s*: how long the message may wait for a client; 0 is without end."""
        self._payload = payload
        self._head = frames.message_head(payload, group=group, from_user_id=from_user_id)
        self._expires_at = time.monotonic() + ttl_s if ttl_s else None

    def frame(self, protocol: str, sequence_id: int | None) -> Frame:
        if protocol == SIMPLE:
            return Frame(self._payload.raw, expires_at=self._expires_at)
        content = frames.message(self._head, sequence_id)
        return Frame(content, sequence_id, self._expires_at)


class Session:
    """A connection in the service's sense, identified by its connection id."""

    def __init__(self, protocol: str, claims: ClientClaims, *, outbox: Outbox) -> None:
        self.connection_id = secrets.token_urlsafe(16)
        self.reconnection_token = secrets.token_urlsafe(32) if protocol == RELIABLE else None
        self.protocol = protocol
        self.user_id = claims.user_id
        self.permissions = Permissions(claims.roles)
        self.groups: set[str] = set()
        self.outbox = outbox
        self.line: Line | None = None
        self.expiry: asyncio.TimerHandle | None = None  # runs while no line is attached
        self._last_sequence_id = 0
        self._executed: deque[int] = deque(maxlen=_REMEMBERED_ACK_IDS)

    @property
    def reliable(self) -> bool:
        return self.protocol == RELIABLE

    def attach(self, line: Line) -> None:
        """Serve the session through *line*, starting with what was not acknowledged."""
        if self.expiry is not None:
            self.expiry.cancel()
            self.expiry = None
        self.line = line
        if self.protocol != SIMPLE:
            greeting = frames.write_connected(
                self.connection_id, self.user_id, self.reconnection_token
            )
            self.outbox.rewind(Frame(greeting))
            self._wake_line()

    def deliver(self, message: Message) -> None:
        """Queue *message*. Raises SlowClientError."""
        sequence_id = self._last_sequence_id + 1 if self.reliable else None
        self.outbox.push(message.frame(self.protocol, sequence_id))
        if sequence_id is not None:
            self._last_sequence_id = sequence_id
        self._wake_line()

    def answer(self, text: str) -> None:
        """Queue a frame that is lost when the WebSocket drops. Raises SlowClientError."""
        self.outbox.push(Frame(text))
        self._wake_line()

    def has_executed(self, ack_id: int) -> bool:
        """Whether a request with this ackId was carried out before."""
        return ack_id in self._executed

    def remember(self, ack_id: int) -> None:
        self._executed.append(ack_id)

    def _wake_line(self) -> None:
        if self.line is not None:
            self.line.wake()
