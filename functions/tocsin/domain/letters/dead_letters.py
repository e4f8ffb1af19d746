"""Dead letters: messages and alerts that could not be used, kept whole with the reason."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.sites import site_or_unassigned

LONGEST_DEVICE = 256


class Letter(Protocol):
    """What every dead letter has. ``reason`` is a code of docs/formats.md."""

    @property
    def reason(self) -> str: ...

    @property
    def at(self) -> int:
        """When the thing itself came (ms)."""
        ...

    @property
    def device_id(self) -> str | None:
        """Of whom it is; None where what is damaged does not say."""
        ...

    @property
    def path(self) -> str:
        """Where it is kept: the same for the same thing, so it overwrites itself."""
        ...

    def document(self) -> dict[str, Any]: ...


# Of messages; then of alerts. docs/formats.md says what is wrong with each.
REASONS = (
    "too-large", "not-json", "wrong-schema", "unknown-profile", "unknown-channel",
    "unequal-lengths", "time-not-increasing", "time-in-future", "time-implausible",
    "too-many-readings", "foreign-device-id", "malformed", "no-device-id", "scoring-failed",
    "refused", "damaged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that cannot be used. ``reason`` is a code of docs/formats.md."""

    envelope: Envelope
    reason: str
    text: str

    @property
    def at(self) -> int:
        return self.envelope.enqueued_at

    @property
    def device_id(self) -> str:
        return self.envelope.device_id

    @property
    def path(self) -> str:
        """Where it is kept: the same for the same event, so a redelivery overwrites it."""
        return (
            f"{_name_day(self.envelope.enqueued_at)}/{self.envelope.partition}"
            f"-{self.envelope.sequence_number}-{self.envelope.enqueued_at}.json"
        )

    def document(self) -> dict[str, Any]:
        return {
            "kind": "message",
            "deviceId": self.envelope.device_id,
            "siteId": self.envelope.site_id,
            "reason": self.reason,
            "text": self.text,
            "enqueuedAt": self.envelope.enqueued_at,
            "partition": self.envelope.partition,
            "sequenceNumber": self.envelope.sequence_number,
            "properties": dict(self.envelope.properties),
            "body": base64.b64encode(self.envelope.body).decode("ascii"),
        }


@dataclass(frozen=True, slots=True)
class SidelinedAlert:
    """A stored alert that can be shown to nobody: ``damaged``, or ``refused`` by the live service.

    ``alert``: its document as it was found. ``stored_at``: ms.
    """

    alert: Mapping[str, Any]
    reason: str
    text: str
    stored_at: int

    @property
    def at(self) -> int:
        return self.stored_at

    @property
    def device_id(self) -> str | None:
        named = self.alert.get("deviceId")
        if not isinstance(named, str):
            return None
        # Whatever is damaged, a list has to be able to tell it.
        return named[:LONGEST_DEVICE].encode(errors="replace").decode() or None

    @property
    def path(self) -> str:
        # Whatever is damaged, no part of it may name a file.
        named = json.dumps([self.alert.get("deviceId"), self.alert.get("id")], default=str)
        digest = hashlib.sha256(named.encode()).hexdigest()[:32]
        return f"{_name_day(self.stored_at)}/alert-{digest}.json"

    def document(self) -> dict[str, Any]:
        return {
            "kind": "alert",
            "deviceId": self.alert.get("deviceId"),
            "reason": self.reason,
            "text": self.text,
            "storedAt": self.stored_at,
            "alert": dict(self.alert),
        }


def parse_envelope(document: Mapping[str, Any]) -> Envelope:
    """The event in the dead letter of a message. Raises DamagedDocumentError."""
    try:
        return Envelope(
            body=base64.b64decode(document["body"], validate=True),
            device_id=str(document["deviceId"]),
            # Letters from before the site was kept in them have it as the device's property alone.
            site_id=site_or_unassigned(document.get("siteId")),
            enqueued_at=int(document["enqueuedAt"]),
            partition=str(document["partition"]),
            sequence_number=int(document["sequenceNumber"]),
            properties={str(name): str(text) for name, text in document["properties"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedDocumentError(f"the dead letter cannot be read: {error!r:.200}") from error


def _name_day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y/%m/%d}"
