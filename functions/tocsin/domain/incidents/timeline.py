"""The story of an incident: every change of it, by whom, when, from what to what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

MOST = 200  # entries in a document; all of them are in the audit
What = Literal[
    "opened", "joined", "cleared", "active again", "severity", "unacknowledged",
    "acknowledged", "shelved", "unshelved", "commented", "judged", "closed",
    "held", "released", "announced", "ended", "explained",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. ``number`` counts from 1; ``at`` is by our clock (ms); ``text``: in words.

    before, after: what changed, as it is shown; None where the entry says it all.
    """

    number: int
    at: int
    by: str
    what: What
    text: str = ""
    before: str | None = None
    after: str | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "n": self.number,
            "at": self.at,
            "by": self.by,
            "what": self.what,
            "text": self.text,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries. ``recorded``: the number up to which the audit is known to have them.

    An incident and its audit are two writes, so a process may end between them: what is not known
    to be recorded is recorded again before the next change, and the incident stays live until then.
    """

    entries: tuple[Entry, ...] = ()
    recorded: int = 0

    @property
    def last(self) -> int:
        return self.entries[-1].number if self.entries else 0

    @property
    def unrecorded(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.number > self.recorded)

    def add(self, what: What, at: int, by: str, text: str = "", **states: str | None) -> Timeline:
        entry = Entry(self.last + 1, at, by, what, text, **states)
        return replace(self, entries=(*self.entries, entry)[-MOST:])

    def mark_recorded(self) -> Timeline:
        return self if self.recorded == self.last else replace(self, recorded=self.last)
