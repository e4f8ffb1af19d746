"""What operators set for a site: the documents that hold it, and the record of each change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["optimiser", "overrides", "tasks"]
Content = Mapping[str, Any]  # what operators set: JSON, checked by who reads it
KINDS: tuple[Kind, ...] = ("optimiser", "overrides", "tasks")


def setting_id(kind: Kind, site_id: str) -> str:
    return f"{kind}:{site_id}"


@dataclass(frozen=True, slots=True)
class StoredSetting:
    """One setting of a site as it was set last (docs/formats.md).

    ``content``: what was set, and nothing else; checked when it was set. ``set_at``: ms since the
    epoch. ``etag``: the database's mark of the state that was read, None before it is stored.
    """

    kind: Kind
    site_id: str
    content: Content
    set_by: str
    set_at: int
    etag: str | None = field(default=None, compare=False)

    def to_document(self) -> dict[str, Any]:
        return {
            "id": setting_id(self.kind, self.site_id),
            "type": self.kind,
            "siteId": self.site_id,
            "content": dict(self.content),
            "setBy": self.set_by,
            "setAt": self.set_at,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], etag: str | None = None) -> StoredSetting:
        return cls(
            kind=document["type"],
            site_id=document["siteId"],
            content=document["content"],
            set_by=document["setBy"],
            set_at=document["setAt"],
            etag=etag,
        )


def content_of(setting: StoredSetting | None) -> Content:
    """What was set; empty where nothing ever was."""
    return {} if setting is None else setting.content


def setting_audit(before: StoredSetting | None, after: StoredSetting) -> dict[str, Any]:
    """The ``audit`` document of a change from *before* to *after*."""
    return {
        "id": f"{after.set_at}-{setting_id(after.kind, after.site_id)}",
        "type": after.kind,
        "siteId": after.site_id,
        "by": after.set_by,
        "at": after.set_at,
        "before": None if before is None else _entry(before),
        "after": _entry(after),
    }


def _entry(setting: StoredSetting) -> dict[str, Any]:
    return {
        "content": dict(setting.content),
        "setBy": setting.set_by,
        "setAt": setting.set_at,
    }
