"""Clients of the Cosmos DB stand-in, as the product makes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy, PartitionKey
from azure.cosmos import aio as cosmos_aio

from local.endpoints import COSMOS_KEY, Endpoints


def url(endpoints: Endpoints) -> str:
    return f"http://{endpoints.host}:{endpoints.cosmos}/"


def client(endpoints: Endpoints) -> CosmosClient:
    # A 501 stays one: there is no use in asking again.
    return CosmosClient(url(endpoints), COSMOS_KEY, retry_total=0)


def async_client(endpoints: Endpoints) -> cosmos_aio.CosmosClient:
    transport = AioHttpTransport(use_env_settings=False)
    return cosmos_aio.CosmosClient(url(endpoints), COSMOS_KEY, transport=transport)


def fresh_container(database: DatabaseProxy, *, ttl_s: int | None = None) -> ContainerProxy:
    """A container of its own for one test, partitioned by /deviceId."""
    name = f"c-{uuid.uuid4().hex[:8]}"
    return database.create_container(name, PartitionKey("/deviceId"), default_ttl=ttl_s)


def found(pages: Iterable[object]) -> list[Any]:
    """All results; the SDK's annotations know objects only, but a query may give any value."""
    return list(pages)


def reading(number: int, device: str = "d1", **more: object) -> dict[str, object]:
    return {"id": str(number), "deviceId": device, "seq": number, **more}
