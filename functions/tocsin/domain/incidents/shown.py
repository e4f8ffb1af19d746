"""An incident as the API and live messages show it."""

from __future__ import annotations

from typing import Any

from tocsin.domain.incidents.documents import TRACE, write_incident
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.source_documents import write_source
from tocsin.domain.incidents.sources import Source
from tocsin.domain.incidents.words import advise, describe_incident, describe_time, describe_trouble

_OURS = frozenset({"type", TRACE, "alertIds", "process", "recorded", "timeline", "settledAt"})


def show_incident(incident: Incident, now_ms: int) -> dict[str, Any]:
    """For lists and live messages: in words, without its story."""
    document = write_incident(incident)
    process = incident.process
    return {
        **{name: value for name, value in document.items() if name not in _OURS},
        "revision": incident.timeline.last,
        "activeAt": process.active_at,
        "clearAt": process.clear_at,
        "alerts": sum(source.count for source in process.sources),
        "text": describe_incident(incident) + advise(incident, now_ms),
        "lasting": _say_lasting(incident, now_ms),
    }


def show_whole(incident: Incident, now_ms: int) -> dict[str, Any]:
    """With its devices and its story."""
    return {
        **show_incident(incident, now_ms),
        "devices": [_show_source(source) for source in incident.process.sources],
        "timeline": [entry.to_document() for entry in incident.timeline.entries],
    }


def _show_source(source: Source) -> dict[str, Any]:
    document = write_source(source)
    del document["forgottenT"]
    return {**document, "text": describe_trouble(source)}


def _say_lasting(incident: Incident, now_ms: int) -> str:
    process = incident.process
    until = now_ms if process.clear_at is None else process.clear_at
    return describe_time(incident.opened_at, until)
