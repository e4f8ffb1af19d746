"""Webhooks of other systems: JSON, signed, so that whoever gets it knows from whom and when."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.adapters.channels.addresses import check_name, find_address
from tocsin.adapters.channels.posts import post
from tocsin.domain.errors import InvalidRequestError, RefusedError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.words import describe_incident
from tocsin.domain.notifications.rule import Target
from tocsin.domain.notifications.words import Note

NO_KEY = "no key is set to sign with: set WEBHOOK_KEY (docs/settings.md)"


class WebhookChannel:
    """The port Sender. ``hooks``: addresses by name; ``key``: what is signed with."""

    def __init__(self, hooks: Mapping[str, str], key: bytes, now_ms: Callable[[], int]) -> None:
        self._hooks = hooks
        self._key = key
        self._now_ms = now_ms

    def check(self, target: Target) -> None:
        check_name(target.name, self._hooks, "WEBHOOKS")
        if not self._key:
            raise InvalidRequestError(NO_KEY)

    async def send(self, target: Target, note: Note) -> None:
        url = find_address(target.name, self._hooks, "WEBHOOKS")
        if not self._key:
            raise RefusedError(NO_KEY)
        body = json.dumps(write_body(note)).encode()
        at = self._now_ms() // 1_000
        headers = {
            "Content-Type": "application/json",
            "X-Tocsin-Delivery": note.delivery_id,
            "X-Tocsin-Timestamp": str(at),
            "X-Tocsin-Signature": sign_body(body, at, self._key),
        }
        await post(url, body, headers, f"the webhook {target.name}")


def sign_body(body: bytes, at_s: int, key: bytes) -> str:
    """HMAC-SHA256 over the time (s) and the body. With the time in it, what somebody overheard
    cannot be sent again later."""
    signed = b"%d." % at_s + body
    return f"v1={hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def write_body(note: Note) -> dict[str, Any]:
    """As docs/formats.md says."""
    return {
        "id": note.delivery_id,
        "site": note.site_id,
        "rule": note.rule_id,
        "kind": note.kind,
        "subject": note.subject,
        "text": note.text,
        "incidents": [_write_incident(incident, note) for incident in note.incidents],
    }


def _write_incident(incident: Incident, note: Note) -> dict[str, Any]:
    return {
        "id": incident.incident_id,
        "severity": incident.severity,
        "state": incident.handling.state,
        "active": incident.process.is_active,
        "openedAt": incident.opened_at,
        "building": incident.building,
        "deviceIds": [*incident.process.device_ids],
        "text": describe_incident(incident),
        "url": note.find_link(incident) or None,
    }
