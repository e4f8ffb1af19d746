"""What people did, as the database keeps it: read for those who want to know who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.stored import OPTIONAL_TEXT, take_field

_COMMON = frozenset({"id", "type", "siteId", "at", "by"})


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One change. ``site_id`` is NO_SITE for what concerns no site alone; ``by`` is None where
    nobody but the system did it.

    details: the rest of its document, which differs from kind to kind (docs/formats.md).
    """

    record_id: str
    kind: str
    site_id: str
    at: int
    by: str | None
    details: Mapping[str, Any]

    @property
    def position(self) -> AuditPosition:
        return AuditPosition(self.at, self.record_id)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> AuditRecord:
        """Raises DamagedDocumentError naming the document and what is wrong with it."""
        rest = {
            name: value
            for name, value in document.items()
            if name not in _COMMON and not name.startswith("_")
        }
        return cls(
            record_id=take_field(document, "id", str),
            kind=take_field(document, "type", str),
            site_id=take_field(document, "siteId", str),
            at=take_field(document, "at", int),
            by=take_field(document, "by", *OPTIONAL_TEXT),
            details=rest,
        )


@dataclass(frozen=True, slots=True)
class AuditPosition:
    """Where a list of records, newest first, goes on: behind this one."""

    at: int
    record_id: str

    @property
    def order(self) -> tuple[int, str]:
        """Sorts as the list does."""
        return -self.at, self.record_id

    def to_text(self) -> str:
        return f"{self.at}:{self.record_id}"

    @classmethod
    def from_text(cls, text: str) -> AuditPosition:
        """What ``to_text`` made. Raises InvalidRequestError when it is none of these."""
        at, _, record_id = text.partition(":")
        if not (at.isascii() and at.isdigit() and len(at) <= 15 and record_id):
            raise InvalidRequestError(
                f"{text!r:.80} is no position in the audit; use one that a page gave"
            )
        return cls(int(at), record_id)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some records, newest first; ``older``: where the next page begins, None at the end."""

    records: tuple[AuditRecord, ...]
    older: AuditPosition | None


def page_of(records: Sequence[AuditRecord], most: int, *, more: bool = False) -> AuditPage:
    """The first *most* of *records*, put in order; ``more``: there are others behind them."""
    ordered = sorted(records, key=lambda record: record.position.order)
    shown = tuple(ordered[:most])
    more = more or len(ordered) > most
    return AuditPage(shown, shown[-1].position if more and shown else None)
