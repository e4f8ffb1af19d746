"""What operators set for a site: the documents that hold it, and the record of each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["optimiser", "overrides", "tasks"]
KINDS: tuple[Kind, ...] = ("optimiser", "overrides", "tasks")


def setting_id(kind: str, site_id: str) -> str:
    return f"{kind}:{site_id}"


def content_of(document: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What was set; empty where nothing ever was."""
    return {} if document is None else document["content"]


def setting_document(
    kind: Kind, site_id: str, content: Mapping[str, Any], *, operator: str, now_ms: int
) -> dict[str, Any]:
    """The ``settings`` document (docs/formats.md)."""
    return {
        "id": setting_id(kind, site_id),
        "type": kind,
        "siteId": site_id,
        "content": dict(content),
        "setBy": operator,
        "setAt": now_ms,
    }


def setting_audit(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """The ``audit`` document of a change from *before* to *after*, two setting documents."""
    kept = ("content", "setBy", "setAt")
    return {
        "id": f"{after['setAt']}-{after['id']}",
        "type": after["type"],
        "siteId": after["siteId"],
        "by": after["setBy"],
        "at": after["setAt"],
        "before": None if before is None else {name: before[name] for name in kept},
        "after": {name: after[name] for name in kept},
    }
