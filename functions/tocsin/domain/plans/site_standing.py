"""How a site stands: what the last run found, whether or not it changed anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tocsin.domain.plans.figures import Figures
from tocsin.domain.plans.restraint import Gone, Hold, Moved, Promise, Trust
from tocsin.domain.plans.watch import Watch

STANDING_ID = "standing"
# What became of a run; the two that found nothing new about the site are never stored.
Outcome = Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a site from run to run, however often a process ends in between.

    ``watches``: by device. ``moves``: of the last hour, oldest first. ``recalled_at``: the moves of
    plans made until then (ms) are among them. ``shed``: tasks that go without, or did within the
    last hour, oldest first.
    """

    watches: Mapping[str, Watch] = field(default_factory=dict)
    moves: tuple[Moved, ...] = ()
    trust: Trust = field(default_factory=Trust)
    recalled_at: int = 0
    shed: tuple[Gone, ...] = ()

    def to_document(self) -> dict[str, Any]:
        trust = self.trust
        return {
            "devices": {name: watch.to_document() for name, watch in self.watches.items()},
            "moves": [moved.to_document() for moved in self.moves],
            "brokenPromises": trust.broken,
            "promise": None if trust.promise is None else trust.promise.to_document(),
            "hold": None if trust.hold is None else trust.hold.to_document(),
            "recalledAt": self.recalled_at,
            "shed": [gone.to_document() for gone in self.shed],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Memory:
        """Of a standing; empty of one from before anything was remembered."""
        promise, hold = document.get("promise"), document.get("hold")
        return cls(
            watches={
                name: Watch.from_document(watch)
                for name, watch in document.get("devices", {}).items()
            },
            moves=tuple(map(Moved.from_document, document.get("moves", ()))),
            trust=Trust(
                document.get("brokenPromises", 0),
                None if promise is None else Promise.from_document(promise),
                None if hold is None else Hold.from_document(hold),
            ),
            recalled_at=document.get("recalledAt", 0),
            shed=tuple(map(Gone.from_document, document.get("shed", ()))),
        )


EMPTY = Memory()


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """The document ``standing`` of a site (docs/formats.md).

    ``version``: of the last plan, 0 before the first. ``checked_at``: ms since the epoch, when the
    run looked. ``memory``: what later runs must know of this and earlier ones.
    ``notes``: what was left out, why nothing moved, or why no plan was possible. ``figures``: of
    the plan that was found; None where none was looked for.
    """

    site_id: str
    version: int
    checked_at: int
    outcome: Outcome
    memory: Memory = field(default_factory=lambda: EMPTY)
    notes: tuple[str, ...] = ()
    figures: Figures | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "id": STANDING_ID,
            "type": "standing",
            "siteId": self.site_id,
            "version": self.version,
            "checkedAt": self.checked_at,
            "outcome": self.outcome,
            **self.memory.to_document(),
            "notes": [*self.notes],
            **({} if self.figures is None else self.figures.to_document()),
        }

    def to_news(self) -> dict[str, Any]:
        """What people who watch the site are told when it changes."""
        hold = self.memory.trust.hold
        return {
            "outcome": self.outcome,
            "notes": [*self.notes],
            "hold": None if hold is None else hold.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> SiteStanding:
        return cls(
            site_id=document["siteId"],
            version=document["version"],
            checked_at=document["checkedAt"],
            outcome=document["outcome"],
            memory=Memory.from_document(document),
            notes=tuple(document["notes"]),
            figures=Figures.from_document(document) if "status" in document else None,
        )
