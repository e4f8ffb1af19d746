"""What the suites of incidents and notifications open alike: a database of their own, and none."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from azure.cosmos.aio import CosmosClient, DatabaseProxy
from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.ports import connection
from tocsin.adapters.cosmos.client import cosmos_client


@dataclass
class Sites:
    """A database whose containers are divided by site."""

    client: CosmosClient
    name: str
    database: DatabaseProxy

    async def read_audit(self) -> dict[str, Any]:
        found = self.database.get_container_client("audit").read_all_items()
        return {document["id"]: document async for document in found}

    async def damage(self, container: str, site_id: str, document_id: str, **fields: Any) -> None:  # noqa: ANN401 (any JSON)
        """Have a document changed by somebody who does not know its form."""
        proxy = self.database.get_container_client(container)
        document = dict(await proxy.read_item(document_id, partition_key=site_id))
        await proxy.upsert_item({**document, **fields})


@asynccontextmanager
async def open_sites(endpoints: Endpoints, containers: Sequence[str]) -> AsyncIterator[Sites]:
    """With these and an audit, as local/prepare.py makes them."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        for container in (*containers, "audit"):
            await database.create_container(container, PartitionKey("/siteId"), default_ttl=-1)
        yield Sites(client, name, database)
        await client.delete_database(name)


@asynccontextmanager
async def open_nothing() -> AsyncIterator[CosmosClient]:
    """A client of a database that is away."""
    nowhere = "AccountEndpoint=http://127.0.0.1:1/;AccountKey=dG9jc2lu;"
    client = cosmos_client(connection("CosmosDB", nowhere))  # to enter it would be a call
    yield client
    await client.close()
