"""Messages whose event times could not be true, as a device's record remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.stored import take_field, take_part


@dataclass(frozen=True, slots=True)
class TimeRefusal:
    """``messages`` in a row became dead letters, the last with ``reason`` and ``text``; the hub
    took it ``at`` (ms)."""

    reason: str
    text: str
    at: int
    messages: int

    def to_document(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "text": self.text,
            "at": self.at,
            "messages": self.messages,
        }


def read_refusal(document: Mapping[str, Any]) -> TimeRefusal | None:
    """That of a ``devices`` document. Raises DamagedDocumentError."""
    part = take_part(document, "refused")
    if part is None:
        return None
    return TimeRefusal(
        reason=take_field(part, "reason", str),
        text=take_field(part, "text", str),
        at=take_field(part, "at", int),
        messages=take_field(part, "messages", int),
    )
