"""One suite for every implementation of the log of how far scoring has come."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import connection
from tests.fakes.progress import FakeProgress
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.progress import CosmosProgress
from tocsin.domain.insights.progress import Progress
from tocsin.usecases.ports.showing import ProgressLog

SCORED = Progress("0", 1_000, 41, 40, None, None)
FAILING = Progress("1", 2_000, None, 900, 1_100, "DeliveryError", {"rig": "no signature"})


@asynccontextmanager
async def fake_log(_: Endpoints) -> AsyncIterator[ProgressLog]:
    yield FakeProgress()


@asynccontextmanager
async def cosmos_log(endpoints: Endpoints) -> AsyncIterator[ProgressLog]:
    """A database of its own, with a setting of another kind in it."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        settings = await database.create_container("settings", PartitionKey("/id"))
        await settings.upsert_item({"id": "drift:rig", "type": "drift"})
        await settings.upsert_item({"id": "progress:9", "type": "progress", "partition": 9})
        yield CosmosProgress(client, name)
        await client.delete_database(name)


progress = each(fake=(fake_log, None), cosmos=(cosmos_log, "cosmos"))


async def test_each_partition_is_as_was_said_last(progress: ProgressLog) -> None:
    assert await progress.list_progress() == []
    for said in (SCORED, FAILING, replace(SCORED, at=3_000, scored_to=57)):
        await progress.save_progress(said)
    found = sorted(await progress.list_progress(), key=lambda said: said.partition)
    assert found == [replace(SCORED, at=3_000, scored_to=57), FAILING]
