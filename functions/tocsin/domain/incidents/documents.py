"""Incidents as documents of the container ``incidents`` (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.incidents.handling import OURSELVES, Handling, State
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.process import Process
from tocsin.domain.incidents.severity import Severity
from tocsin.domain.incidents.source_documents import read_source, write_source
from tocsin.domain.incidents.suppression import Shelf, Suppression
from tocsin.domain.incidents.timeline import Entry, Timeline
from tocsin.domain.stored import (
    OPTIONAL_TEXT,
    OPTIONAL_WHOLE,
    take_field,
    take_list,
    take_part,
    take_parts,
    take_word,
)
from tocsin.domain.tracing.place import parse_place

INCIDENT, TRACE = "incident", "traceparent"


def write_incident(incident: Incident) -> dict[str, Any]:
    """The document of an incident. ``alertIds``, ``deviceIds``, ``state``, ``active``, ``held`` and
    ``live`` say again what is in its parts: the database looks for them."""
    process, handling = incident.process, incident.handling
    return {
        "id": incident.incident_id,
        "type": INCIDENT,
        "siteId": incident.site_id,
        "building": incident.building,
        "severity": incident.severity,
        "openedAt": incident.opened_at,
        "announcedAt": incident.announced_at,
        "settledAt": incident.settled_at,
        "live": incident.is_live,
        "state": handling.state,
        "active": process.is_active,
        "held": [*incident.suppression.reasons],
        "deviceIds": [*process.device_ids],
        "alertIds": [each.alert_id for source in process.sources for each in source.episodes],
        "process": {
            "activeAt": process.active_at,
            "clearAt": process.clear_at,
            "joinedAt": process.joined_at,
            "changes": [*process.changes],
            "sources": [write_source(source) for source in process.sources],
        },
        "handling": {"by": handling.by, "at": handling.at, "forced": handling.forced},
        "suppression": _write_suppression(incident.suppression),
        "timeline": [entry.to_document() for entry in incident.timeline.entries],
        "recorded": incident.timeline.recorded,
        **({} if incident.trace is None else {TRACE: incident.trace.to_text()}),
    }


def read_incident(document: Mapping[str, Any]) -> Incident:
    """Raises DamagedDocumentError naming the document and what is wrong with it."""
    return Incident(
        incident_id=take_field(document, "id", str),
        site_id=take_field(document, "siteId", str),
        opened_at=take_field(document, "openedAt", int),
        building=take_field(document, "building", *OPTIONAL_TEXT),
        severity=take_word(document, "severity", Severity),
        process=_read_process(document),
        handling=_read_handling(document),
        suppression=_read_suppression(document),
        timeline=Timeline(
            tuple(map(_read_entry, take_parts(document, "timeline"))),
            take_field(document, "recorded", int),
        ),
        announced_at=take_field(document, "announcedAt", *OPTIONAL_WHOLE),
        settled_at=take_field(document, "settledAt", *OPTIONAL_WHOLE),
        trace=parse_place(document.get(TRACE)),
    )


def _read_process(document: Mapping[str, Any]) -> Process:
    part = take_part(document, "process") or {}
    return Process(
        sources=tuple(map(read_source, take_parts(part, "sources"))),
        active_at=take_field(part, "activeAt", *OPTIONAL_WHOLE),
        clear_at=take_field(part, "clearAt", *OPTIONAL_WHOLE),
        joined_at=take_field(part, "joinedAt", int),
        changes=tuple(take_list(part, "changes", int)),
    )


def _read_handling(document: Mapping[str, Any]) -> Handling:
    part = take_part(document, "handling") or {}
    return Handling(
        take_word(document, "state", State),
        take_field(part, "by", *OPTIONAL_TEXT),
        take_field(part, "at", *OPTIONAL_WHOLE),
        take_field(part, "forced", bool),
    )


def _write_suppression(suppression: Suppression) -> dict[str, Any]:
    shelf = suppression.shelf
    return {
        "shelf": None
        if shelf is None
        else {"by": shelf.by, "at": shelf.at, "until": shelf.until, "once": shelf.once},
        "windows": [*suppression.windows],
        "outOfService": [*suppression.out_of_service],
        "flapping": suppression.flapping,
    }


def _read_suppression(document: Mapping[str, Any]) -> Suppression:
    part = take_part(document, "suppression") or {}
    return Suppression(
        _read_shelf(take_part(part, "shelf")),
        tuple(take_list(part, "windows", str)),
        tuple(take_list(part, "outOfService", str)),
        take_field(part, "flapping", bool),
    )


def _read_shelf(part: Mapping[str, Any] | None) -> Shelf | None:
    if part is None:
        return None
    return Shelf(
        take_field(part, "by", str),
        take_field(part, "at", int),
        take_field(part, "until", int),
        take_field(part, "once", bool),
    )


def _read_entry(part: Mapping[str, Any]) -> Entry:
    return Entry(
        number=take_field(part, "n", int),
        at=take_field(part, "at", int),
        by=take_field(part, "by", str),
        what=take_field(part, "what", str),
        text=take_field(part, "text", str),
        before=take_field(part, "before", *OPTIONAL_TEXT),
        after=take_field(part, "after", *OPTIONAL_TEXT),
    )


def write_audits(incident: Incident) -> list[dict[str, Any]]:
    """The ``audit`` documents of the entries that are not known to be recorded. Their ids follow
    from the incident and the entry, so recording one twice changes nothing."""
    name = incident.incident_id
    return [
        {
            "id": f"incident:{name}:{entry.number:06d}",
            "type": INCIDENT,
            "siteId": incident.site_id,
            "incidentId": name,
            **entry.to_document(),
            # As in all of the audit: what nobody but the system did has nobody's name.
            "by": None if entry.by == OURSELVES else entry.by,
        }
        for entry in incident.timeline.unrecorded
    ]
