"""One suite for every implementation of the log of the latest activations."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import connection
from tests.fakes.activations import FakeActivations
from tocsin.adapters.cosmos.activations import CosmosActivations
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.usecases.ports.scoring import Activations


@asynccontextmanager
async def fake_activations(_: Endpoints) -> AsyncIterator[Activations]:
    yield FakeActivations()


@asynccontextmanager
async def cosmos_activations(endpoints: Endpoints) -> AsyncIterator[Activations]:
    """A database of its own, with a damaged document in it."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        settings = await database.create_container("settings", PartitionKey("/id"))
        await settings.upsert_item({"id": "activation:damaged", "type": "activation", "at": "soon"})
        yield CosmosActivations(client, name)
        await client.delete_database(name)


activations = each(fake=(fake_activations, None), cosmos=(cosmos_activations, "cosmos"))


async def test_the_latest_activation_is_kept_and_never_set_back(activations: Activations) -> None:
    assert await activations.find_latest("pump") == 0
    for at, latest in ((5, 5), (9, 9), (7, 9), (9, 9)):
        await activations.keep_latest("pump", at)
        assert await activations.find_latest("pump") == latest
    assert await activations.find_latest("motor") == 0


async def test_of_many_at_once_the_latest_stays(activations: Activations) -> None:
    await asyncio.gather(*(activations.keep_latest("pump", at) for at in (3, 8, 5)))
    assert await activations.find_latest("pump") == 8


async def test_what_is_damaged_is_replaced(activations: Activations) -> None:
    assert await activations.find_latest("damaged") == 0
    await activations.keep_latest("damaged", 4)
    assert await activations.find_latest("damaged") == 4
