"""What judging late readings once more needs from the outside."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.lateness.notes import LateNote


class LateNotes(Protocol):
    """The stretches of time in which late messages were stored, until they are judged."""

    async def keep_late(self, note: LateNote) -> None:
        """Keep it in place of an older one of its stretch. Raises DeliveryError."""
        ...

    async def list_late(self, *, noted_before_ms: int, most: int) -> list[LateNote]:
        """The oldest *most* of those noted before then (ms, our clock), each with its etag; a
        damaged one is logged and left out. Raises DeliveryError."""
        ...

    async def drop_late(self, note: LateNote) -> None:
        """It is judged: forget it, unless more of its stretch was noted since it was listed.
        Raises DeliveryError."""
        ...
