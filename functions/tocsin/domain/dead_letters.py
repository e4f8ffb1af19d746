"""Dead letters: messages that could not be used, kept whole with the reason."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.domain.telemetry import Envelope


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that cannot be used. ``reason`` is a code of docs/formats.md."""

    envelope: Envelope
    reason: str
    text: str

    @property
    def path(self) -> str:
        """Where it is kept: the same for the same event, so a redelivery overwrites it."""
        day = datetime.fromtimestamp(self.envelope.enqueued_at / 1_000, tz=UTC)
        return (
            f"{day:%Y/%m/%d}/{self.envelope.partition}-{self.envelope.sequence_number}"
            f"-{self.envelope.enqueued_at}.json"
        )

    def document(self) -> dict[str, Any]:
        return {
            "deviceId": self.envelope.device_id,
            "reason": self.reason,
            "text": self.text,
            "enqueuedAt": self.envelope.enqueued_at,
            "partition": self.envelope.partition,
            "sequenceNumber": self.envelope.sequence_number,
            "properties": dict(self.envelope.properties),
            "body": base64.b64encode(self.envelope.body).decode("ascii"),
        }
