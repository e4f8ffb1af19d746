"""One suite for every implementation of the notes of what came late."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import connection
from tests.fakes.late_notes import FakeLateNotes
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.late import CosmosLateNotes
from tocsin.domain.lateness.notes import LateNote
from tocsin.usecases.ports.lateness import LateNotes

FIRST = LateNote("rig-1", "north", "rig", 0, 600_000, 7, 1_000)
SECOND = LateNote("Rig-2.:+%_*!(),=@;$'", "north", "rig", 9, 0, 8, 2_000)


@asynccontextmanager
async def fake_notes(_: Endpoints) -> AsyncIterator[LateNotes]:
    yield FakeLateNotes()


@asynccontextmanager
async def cosmos_notes(endpoints: Endpoints) -> AsyncIterator[LateNotes]:
    """A database of its own, with a setting of another kind and a damaged note in it."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        settings = await database.create_container("settings", PartitionKey("/id"))
        await settings.upsert_item({"id": "drift:rig", "type": "drift", "notedAt": 1})
        await settings.upsert_item({"id": "late:x", "type": "late", "notedAt": 1})
        yield CosmosLateNotes(client, name)
        await client.delete_database(name)


notes = each(fake=(fake_notes, None), cosmos=(cosmos_notes, "cosmos"))


async def test_a_note_is_kept_until_it_is_dropped_as_it_was_listed(notes: LateNotes) -> None:
    assert await notes.list_late(noted_before_ms=9_000, most=9) == []
    for note in (SECOND, FIRST):
        await notes.keep_late(note)
    found = await notes.list_late(noted_before_ms=9_000, most=9)
    assert [replace(note, etag=None) for note in found] == [FIRST, SECOND]
    assert len(await notes.list_late(noted_before_ms=2_000, most=9)) == 1

    await notes.keep_late(replace(FIRST, heard_at=9, noted_at=3_000))
    for note in found:
        await notes.drop_late(note)
        await notes.drop_late(note)
    (left,) = await notes.list_late(noted_before_ms=9_000, most=9)
    assert (left.device_id, left.heard_at) == ("rig-1", 9), "more came of it meanwhile"
    await notes.drop_late(left)
    assert await notes.list_late(noted_before_ms=9_000, most=9) == []
