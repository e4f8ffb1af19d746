"""What operators set for a site, and the record of each change.

A setting carries what it replaced, so that the change and the means to record it are one write of
the database. Two writes, one after the other, could not be kept true: with the record first, a
change that another overtook leaves a record of what never took place; with the change first, a
process that ends in between loses the record. As it is, the record is copied from the setting
after each change and again before the next one: no change is ever lost, and copying twice is
harmless, since the record's id follows from the setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tocsin.domain.sites import encode_site

Kind = Literal["optimiser", "overrides", "tasks", "limits", "access", "alert-targets"]
Content = Mapping[str, Any]  # what operators set: JSON, checked by who reads it
KINDS: tuple[Kind, ...] = ("optimiser", "overrides", "tasks", "limits")  # those of a site
NO_SITE = ""  # where what concerns all sites is kept; no site has this id


def setting_id(kind: Kind, site_id: str) -> str:
    return f"{kind}:{encode_site(site_id)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was set, by whom, and when (ms since the epoch)."""

    content: Content
    set_by: str
    set_at: int

    def to_document(self) -> dict[str, Any]:
        return {"content": dict(self.content), "setBy": self.set_by, "setAt": self.set_at}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Entry:
        return cls(document["content"], document["setBy"], document["setAt"])


@dataclass(frozen=True, slots=True)
class StoredSetting:
    """One setting of a site (docs/formats.md).

    ``entry``: what is set, and nothing else; checked when it was set.
    ``before``: what that replaced, None where nothing was set.
    ``revision``: counts the changes; 0 for a setting from before they were counted, whose change
    is on the record already.
    ``etag``: the database's mark of the state that was read; None before it is stored.
    """

    kind: Kind
    site_id: str
    entry: Entry
    before: Entry | None = None
    revision: int = 0
    etag: str | None = field(default=None, compare=False)

    def to_document(self) -> dict[str, Any]:
        return {
            "id": setting_id(self.kind, self.site_id),
            "type": self.kind,
            "siteId": self.site_id,
            **self.entry.to_document(),
            "before": None if self.before is None else self.before.to_document(),
            "revision": self.revision,
        }

    def to_audit(self) -> dict[str, Any]:
        """The ``audit`` document of the change that led to this setting.

        Its id is that change's alone: of all who would make the next revision the database lets
        one succeed.
        """
        name = setting_id(self.kind, self.site_id)
        return {
            "id": f"{self.entry.set_at}-{name}-{self.revision}",
            "type": self.kind,
            "siteId": self.site_id,
            "by": self.entry.set_by,
            "at": self.entry.set_at,
            "before": None if self.before is None else self.before.to_document(),
            "after": self.entry.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], etag: str | None = None) -> StoredSetting:
        before = document.get("before")
        return cls(
            kind=document["type"],
            site_id=document["siteId"],
            entry=Entry.from_document(document),
            before=None if before is None else Entry.from_document(before),
            revision=document.get("revision", 0),
            etag=etag,
        )


def revise(before: StoredSetting | None, kind: Kind, site_id: str, entry: Entry) -> StoredSetting:
    """The setting that replaces *before*; None where nothing was set yet."""
    if before is None:
        return StoredSetting(kind, site_id, entry, revision=1)
    return StoredSetting(kind, site_id, entry, before.entry, before.revision + 1, before.etag)


def revision_of(setting: StoredSetting | None) -> int:
    """How often it was changed; 0 where nothing was ever set."""
    return 0 if setting is None else setting.revision


def content_of(setting: StoredSetting | None) -> Content:
    """What was set; empty where nothing ever was."""
    return {} if setting is None else setting.entry.content
