"""Notes of late stretches, in memory."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.errors import DeliveryError, RefusedError
from tocsin.domain.lateness.notes import LateNote


class FakeLateNotes:
    """The port LateNotes. ``away`` makes every call fail, ``refused`` are the devices
    of which none is kept."""

    def __init__(self) -> None:
        self.away = False
        self.refused: set[str] = set()
        self.kept: dict[str, LateNote] = {}
        self._writes = 0

    async def keep_late(self, note: LateNote) -> None:
        self._reach()
        if note.device_id in self.refused:
            raise RefusedError("not this one")
        self._writes += 1
        self.kept[note.document_id] = replace(note, etag=f'"{self._writes}"')

    async def list_late(self, *, noted_before_ms: int, most: int) -> list[LateNote]:
        self._reach()
        found = [note for note in self.kept.values() if note.noted_at < noted_before_ms]
        return sorted(found, key=lambda note: note.noted_at)[:most]

    async def drop_late(self, note: LateNote) -> None:
        self._reach()
        known = self.kept.get(note.document_id)
        if known is not None and known.etag == note.etag:
            del self.kept[note.document_id]

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")
