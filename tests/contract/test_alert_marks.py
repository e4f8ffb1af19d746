"""One suite for every implementation of the marks on stored alerts."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import PARTITION_KEYS, connection
from tests.fakes.marks import FakeAlertMarks
from tests.fakes.records import alert_record
from tests.fakes.store import FakeStore
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.marks import CosmosAlertMarks
from tocsin.adapters.cosmos.store import CosmosStore
from tocsin.domain.alerts.alert_marks import AlertKey
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.ports.showing import AlertMarks


@dataclass
class Marked:
    """A database, and the marks on its alerts."""

    store: Telemetry
    marks: AlertMarks

    async def owed(self, *, stored_before_ms: int | None = None, most: int = 9) -> list[str]:
        later = round(time.time() * 1_000) + 10_000
        found = await self.marks.find_owed(stored_before_ms=stored_before_ms or later, most=most)
        assert all(isinstance(document["_ts"], int) for document in found)
        return [f"{document['deviceId']} {document['id']}" for document in found]


@asynccontextmanager
async def fake_marked(_: Endpoints) -> AsyncIterator[Marked]:
    store = FakeStore()
    store.now_s = int(time.time())
    yield Marked(store, FakeAlertMarks(store))


@asynccontextmanager
async def cosmos_marked(endpoints: Endpoints) -> AsyncIterator[Marked]:
    """A database of its own."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        for container, path in PARTITION_KEYS.items():
            await database.create_container(container, PartitionKey(path))
        yield Marked(CosmosStore(client, name), CosmosAlertMarks(client, name))
        await client.delete_database(name)


marked = each(fake=(fake_marked, None), cosmos=(cosmos_marked, "cosmos"))


async def test_an_alert_is_owed_until_it_is_shown_joins_an_incident_and_a_plan_is_asked_for(
    marked: Marked,
) -> None:
    await marked.store.save_alerts([alert_record(5), alert_record(6, type="cleared")])
    raised, cleared = AlertKey("rig-1", "5-raised"), AlertKey("rig-1", "6-cleared")
    assert sorted(await marked.owed()) == ["rig-1 5-raised", "rig-1 6-cleared"]
    await marked.marks.mark(cleared, {"shownAt": 7, "joinedAt": 7})
    await marked.marks.mark(raised, {"shownAt": 7})
    assert await marked.owed() == ["rig-1 5-raised"]
    await marked.marks.mark(raised, {"askedAt": 8})
    assert await marked.owed() == ["rig-1 5-raised"]
    await marked.marks.mark(raised, {"joinedAt": 9})
    assert await marked.owed() == []
    await marked.store.save_alerts([alert_record(5)])
    assert await marked.owed() == ["rig-1 5-raised"], "delivered again, it is shown again"


async def test_what_is_sidelined_is_owed_no_more(marked: Marked) -> None:
    await marked.store.save_alerts([alert_record(5)])
    await marked.marks.mark(AlertKey("rig-1", "5-raised"), {"sidelinedAt": 7})
    assert await marked.owed() == []


async def test_what_is_set_aside_is_owed_no_more_and_hides_no_other(marked: Marked) -> None:
    await marked.store.save_alerts([alert_record(t, f"rig/{t}") for t in range(3)])
    for t in (0, 1):
        await marked.marks.set_aside(AlertKey(f"rig/{t}", f"{t}-raised"), 7)
        await marked.marks.set_aside(AlertKey(f"rig/{t}", f"{t}-raised"), 8)
    assert await marked.owed() == ["rig/2 2-raised"]
    assert await marked.owed(most=1) == ["rig/2 2-raised"]


async def test_marking_what_is_gone_changes_nothing(marked: Marked) -> None:
    await marked.marks.mark(AlertKey("rig-1", "5-raised"), {"shownAt": 7})
    assert await marked.owed() == []


async def test_only_so_many_are_found_and_none_that_was_just_stored(marked: Marked) -> None:
    await marked.store.save_alerts([alert_record(t, f"rig-{t}") for t in range(4)])
    assert len(await marked.owed(most=3)) == 3
    assert await marked.owed(stored_before_ms=round(time.time() * 1_000) - 60_000) == []


async def test_marks_change_nothing_else_of_an_alert(marked: Marked) -> None:
    await marked.store.save_alerts([alert_record(5)])
    await marked.marks.mark(AlertKey("rig-1", "5-raised"), {"shownAt": 7})
    (found,) = await marked.marks.find_owed(stored_before_ms=2**45, most=9)
    kept = {name: value for name, value in found.items() if not name.startswith("_")}
    assert kept == {
        **alert_record(5).to_document(),
        "shownAt": 7,
        "joinedAt": None,
        "askedAt": None,
    }
