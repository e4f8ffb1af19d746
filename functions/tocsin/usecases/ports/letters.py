"""What looking through dead letters, and replaying them, needs from the outside."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from tocsin.domain.letters.letter_summary import LetterSummary
from tocsin.usecases.ports.documents import Document


class LetterBox(Protocol):
    """The dead letters that are kept. Every call raises DeliveryError when the box is away."""

    async def list_day(self, day: date, *, most: int) -> list[LetterSummary]:
        """At most *most* letters of one day (UTC), in any order."""
        ...

    async def read(self, letter_id: str) -> Document | None:
        """One letter, whole, with ``replayedAt`` (ms or None); None where there is none."""
        ...

    async def mark_replayed(self, letter_id: str, at_ms: int) -> None:
        """Say of a letter that what was in it is dealt with; one that is gone needs no mark."""
        ...
