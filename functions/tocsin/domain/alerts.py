"""Alerts: the append-only record of what was raised and cleared, and when."""

from __future__ import annotations

from typing import Any

from tocsin.domain.fleet import alert_id
from tocsin.domain.readings import DecidedMessage
from tocsin.domain.scoring import Change


def alert_document(
    decided: DecidedMessage, index: int, change: Change, raised_t: int
) -> dict[str, Any]:
    """The ``alerts`` document for a *change* at the reading *index* (docs/formats.md).

    ``raised_t`` is the event time (ms) at which the alert was raised. The id follows from the
    deciding reading, so a message delivered twice decides the same alert, once.
    """
    scored = decided.scored
    message = scored.message
    t = message.times[index]
    return {
        "id": f"{t}-{change}",
        "type": change,
        "alertId": alert_id(message.device_id, raised_t),
        "deviceId": message.device_id,
        "siteId": message.site_id,
        "profile": message.profile.name,
        "t": t,
        "score": scored.shown[index],
        "threshold": decided.threshold_at(index),
        "contributions": scored.contributions_at(index),
        "sensors": scored.sensors_at(index),
        "modelVersion": scored.model_version,
        "enqueuedAt": message.enqueued_at,
    }
