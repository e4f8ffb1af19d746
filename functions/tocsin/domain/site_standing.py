"""How a site stands: what the last run found, whether or not it changed anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tocsin.domain.figures import Figures

STANDING_ID = "standing"
# What became of a run; the two that found nothing new about the site are never stored.
Outcome = Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """The document ``standing`` of a site (docs/formats.md).

    ``version``: of the last plan, 0 before the first. ``checked_at``: ms since the epoch, when the
    run looked. ``background``: percent by device that its measured load exceeds its tasks' by.
    ``notes``: what was left out, or why no plan was possible. ``figures``: of the plan that was
    found; None where none was looked for.
    """

    site_id: str
    version: int
    checked_at: int
    outcome: Outcome
    background: Mapping[str, float] = field(default_factory=dict)
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
            "background": dict(self.background),
            "notes": [*self.notes],
            **({} if self.figures is None else self.figures.to_document()),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> SiteStanding:
        return cls(
            site_id=document["siteId"],
            version=document["version"],
            checked_at=document["checkedAt"],
            outcome=document["outcome"],
            background=document["background"],
            notes=tuple(document["notes"]),
            figures=Figures.from_document(document) if "status" in document else None,
        )
