"""The port Rollups over the database in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from tests.fakes.store import FakeStore
from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.rollup import Resolution, Rollup, rollup_id
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import ChangedMeanwhileError, DamagedDocumentError


class FakeRollups:
    """Rollups beside the store's readings; their etags count the writes."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    async def stream_messages(
        self, device_id: str, *, from_t: int, to_t: int
    ) -> AsyncIterator[StoredMessage]:
        for document in self._store.overlapping(device_id, from_t, to_t):
            try:
                # What a rollup has no use for is not asked for.
                unasked = {"modelVersion": None, "late": False}
                message = StoredMessage.from_document({**document, **unasked})
                message.check_numbers()
            except DamagedDocumentError:
                continue
            yield message

    async def find_oldest(self, device_id: str) -> int | None:
        found = self._store.overlapping(device_id, -(2**53), 2**53)
        return found[0]["firstT"] if found else None

    async def find_newest_rollup(self, device_id: str) -> int | None:
        starts = [one["start"] for one in self._of_device(device_id, "minute")]
        return max(starts, default=None)

    async def list_rollups(
        self, device_id: str, resolution: Resolution, *, from_t: int, to_t: int
    ) -> list[Rollup]:
        rollups: list[Rollup] = []
        for document in self._of_device(device_id, resolution.name):
            try:
                rollup = Rollup.from_document(document)
            except DamagedDocumentError:
                continue
            if from_t <= rollup.start <= to_t:
                rollups.append(rollup)
        return sorted(rollups, key=lambda rollup: rollup.start)

    async def find_rollup(
        self, device_id: str, resolution: Resolution, start: int
    ) -> Rollup | None:
        document = self._read(device_id, rollup_id(resolution, start))
        if document is None:
            return None
        try:
            return Rollup.from_document(document)
        except DamagedDocumentError:
            return Rollup(device_id, resolution, start, Cells.empty(), document["_etag"])

    async def save_rollup(self, rollup: Rollup) -> None:
        known = self._read(rollup.device_id, rollup.document_id)
        if rollup.etag != (None if known is None else known["_etag"]):
            raise ChangedMeanwhileError(rollup.document_id)
        document = {**rollup.to_document(), "_etag": str(len(self._store.writes) + 1)}
        self._store.save("rollups", [document])

    def _read(self, device_id: str, document_id: str) -> dict[str, Any] | None:
        self._store.note_read()
        text = self._store.containers["rollups"].get((device_id, document_id))
        return None if text is None else json.loads(text)

    def _of_device(self, device_id: str, resolution: str) -> list[dict[str, Any]]:
        self._store.note_read()
        return [
            document
            for document in self._store.all("rollups")
            if document["deviceId"] == device_id and document["resolution"] == resolution
        ]
