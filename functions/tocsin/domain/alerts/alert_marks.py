"""What is still owed to people of a stored alert, kept on its own document.

Whoever stores an alert owes three things: people see it, it joins an incident, and the site's work
is planned anew. A process may end before one of them is done, so each has a mark, null while it is
owed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.stored import take_field
from tocsin.domain.tracing.place import Place, parse_place

ASIDE = "aside"
TRACE = "traceparent"

Mark = Literal["shownAt", "askedAt", "joinedAt", "sidelinedAt"]


def write_owed(alert: Alert) -> dict[str, Any]:
    """The document of an alert that nobody has seen; a clearing asks for no plan."""
    asked = {"askedAt": None} if alert.concerns_work else {}
    traced = {} if alert.trace is None else {TRACE: alert.trace.to_text()}
    return {**alert.to_document(), "shownAt": None, "joinedAt": None, **asked, **traced}


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What names one document of the container ``alerts``."""

    device_id: str
    document_id: str

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> AlertKey | None:
        """None for a document that lacks what would name it."""
        device_id, document_id = document.get("deviceId"), document.get("id")
        if isinstance(device_id, str) and isinstance(document_id, str):
            return cls(device_id, document_id)
        return None

    def write_aside(self, at_ms: int) -> dict[str, Any]:
        """A document of the container ``settings`` that stands for the mark ``sidelinedAt``."""
        # Whatever an alert is called, no part of it may name a document.
        named = json.dumps([self.device_id, self.document_id])
        return {
            "id": f"{ASIDE}:{hashlib.sha256(named.encode()).hexdigest()[:32]}",
            "type": ASIDE,
            "deviceId": self.device_id,
            "alert": self.document_id,
            "at": at_ms,
        }

    @classmethod
    def read_aside(cls, document: Mapping[str, Any]) -> AlertKey:
        """Raises DamagedDocumentError."""
        return cls(take_field(document, "deviceId", str), take_field(document, "alert", str))


@dataclass(frozen=True, slots=True)
class OwedAlert:
    """An alert, and what is owed of it: showing it, a plan, an incident that it joins."""

    alert: Alert
    to_show: bool
    to_ask: bool
    to_join: bool = False

    @property
    def trace(self) -> Place | None:
        """Where the trace goes on of the message that changed it, if that is traced."""
        return self.alert.trace

    @property
    def key(self) -> AlertKey:
        return AlertKey(self.alert.device_id, self.alert.document_id)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> OwedAlert:
        """Raises DamagedDocumentError: what cannot be read can be shown to nobody."""
        # What is shown of an alert has no place in a trace, so the alert itself does not read it.
        alert = replace(Alert.from_document(document), trace=parse_place(document.get(TRACE)))
        if alert.document_id != document.get("id"):
            raise DamagedDocumentError(
                f"the stored alert {str(document.get('id'))!r:.80} of device "
                f"{alert.device_id!r:.80} is not named after its reading"
            )
        return cls(
            alert,
            to_show=document.get("shownAt") is None,
            to_ask=alert.concerns_work and document.get("askedAt") is None,
            # Alerts from before there were incidents lack the mark: they are no news.
            to_join="joinedAt" in document and document["joinedAt"] is None,
        )


def is_settled(document: Mapping[str, Any]) -> bool:
    """Whether a change of the document brings nobody news: it is the marking itself."""
    return document.get("shownAt") is not None or document.get("sidelinedAt") is not None
