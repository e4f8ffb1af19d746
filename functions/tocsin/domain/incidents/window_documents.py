"""Maintenance windows as documents of the container ``incidents`` (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.errors import DamagedDocumentError, InvalidRequestError
from tocsin.domain.incidents.recurrence import Recurrence, parse_recurrence
from tocsin.domain.incidents.windows import PREFIX, Scope, ScopeKind, Window, WindowKind
from tocsin.domain.stored import OPTIONAL_WHOLE, take_field, take_part, take_word

WINDOW = "window"
OPTIONAL_FLAG = (bool, type(None))


def write_window(window: Window) -> dict[str, Any]:
    recurrence = window.recurrence
    return {
        "id": window.window_id,
        "type": WINDOW,
        "siteId": window.site_id,
        "kind": window.kind,
        "scope": {"kind": window.scope.kind, "name": window.scope.name},
        "startsAt": window.starts_at,
        "endsAt": window.ends_at,
        "recurrence": None
        if recurrence is None
        else {
            "rule": recurrence.rule,
            "zone": recurrence.zone,
            "lastingMs": recurrence.lasting_ms,
        },
        "comment": window.comment,
        "by": window.by,
        "at": window.at,
        "announce": window.announce,
        "told": window.told,
    }


def show_window(window: Window, now_ms: int) -> dict[str, Any]:
    """As the API and live messages show it."""
    recurrence = window.recurrence
    return {
        "id": window.window_id.removeprefix(PREFIX),
        "kind": window.kind,
        "scope": {"kind": window.scope.kind, "name": window.scope.name},
        "startsAt": window.starts_at,
        "endsAt": window.ends_at,
        "recurrence": None
        if recurrence is None
        else {
            "rule": recurrence.rule,
            "zone": recurrence.zone,
            "lastingMin": recurrence.lasting_ms / 60_000,
        },
        "comment": window.comment,
        "by": window.by,
        "at": window.at,
        "announce": window.announce,
        "on": window.is_on(now_ms),
    }


def read_window(document: Mapping[str, Any]) -> Window:
    """Raises DamagedDocumentError."""
    scope = take_part(document, "scope") or {}
    return Window(
        window_id=take_field(document, "id", str),
        site_id=take_field(document, "siteId", str),
        kind=take_word(document, "kind", WindowKind),
        scope=Scope(take_word(scope, "kind", ScopeKind), take_field(scope, "name", str)),
        starts_at=take_field(document, "startsAt", int),
        ends_at=take_field(document, "endsAt", *OPTIONAL_WHOLE),
        recurrence=_read_recurrence(
            take_part(document, "recurrence"), take_field(document, "startsAt", int)
        ),
        comment=take_field(document, "comment", str),
        by=take_field(document, "by", str),
        at=take_field(document, "at", int),
        announce=take_field(document, "announce", *OPTIONAL_FLAG) or False,
        told=take_field(document, "told", *OPTIONAL_FLAG) or False,
    )


def _read_recurrence(part: Mapping[str, Any] | None, starts_at: int) -> Recurrence | None:
    """Whoever looks whether a window is on must be able to; a zone may have ceased to be."""
    if part is None:
        return None
    rule, zone = take_field(part, "rule", str), take_field(part, "zone", str)
    try:
        return parse_recurrence(rule, zone, take_field(part, "lastingMs", int), starts_at)
    except InvalidRequestError as error:
        raise DamagedDocumentError(f"the stored {part['id']!r:.80} is damaged: {error}") from error
