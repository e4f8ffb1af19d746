"""Cosmos DB: notes of the stretches of time in which late messages were stored."""

from __future__ import annotations

import contextlib

from azure.core import MatchConditions
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.lateness.notes import LATE, LateNote
from tocsin.usecases.ports.documents import Document

_NOTED = (
    "SELECT TOP @count * FROM c WHERE c.type = @type AND c.notedAt < @before ORDER BY c.notedAt"
)


class CosmosLateNotes:
    """The port LateNotes over the container ``settings``: a document a device and stretch."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._settings = Container(client, database, "settings")

    async def keep_late(self, note: LateNote) -> None:
        await self._settings.upsert_item(note.to_document())

    async def list_late(self, *, noted_before_ms: int, most: int) -> list[LateNote]:
        found = self._settings.query_items(
            _NOTED, parameters=query_parameters(count=most, type=LATE, before=noted_before_ms)
        )
        notes = [read_sound(_read, document) async for document in found]
        return [note for note in notes if note is not None]

    async def drop_late(self, note: LateNote) -> None:
        with contextlib.suppress(CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            await self._settings.delete_item(
                note.document_id,
                partition_key=note.document_id,
                etag=note.etag,
                match_condition=MatchConditions.IfNotModified,
            )


def _read(document: Document) -> LateNote:
    return LateNote.from_document(document, str(document["_etag"]))
