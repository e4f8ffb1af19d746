"""Every implementation of the ports that planning a site works with, opened for one test."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from azure.cosmos.partition_key import PartitionKey
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient

from local.endpoints import Endpoints
from tests.contract.ports import connection
from tests.fakes.sites import FakeLeases, FakeRequests, FakeSites
from tests.fakes.twins import FakeTwins
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.sites import CosmosSites
from tocsin.adapters.iothub import IotHubTwins
from tocsin.adapters.storage.blob import blob_client
from tocsin.adapters.storage.leases import LEASES, BlobLeases
from tocsin.adapters.storage.requests_queue import QueueRequests, queue_client
from tocsin.domain.plans.requests import QUEUE
from tocsin.usecases.ports.planning import Leases, Plans, Requests, SiteSettings, Twins

# docs/formats.md
PARTITION_KEYS = {"plans": "/siteId", "settings": "/id", "audit": "/siteId"}
KEY = "dG9jc2lu"


class Sites(Plans, SiteSettings, Protocol):
    """The ports that the database fulfils."""


@dataclass
class Registry:
    """The twins, and the way devices come there: ``add(device, site, capacity tag)``."""

    twins: Twins
    add: Callable[[str, str, dict[str, Any]], None]


@dataclass
class Waiting:
    """The queue, and how to take the messages that are visible in it."""

    requests: Requests
    take: Callable[[], Awaitable[list[dict[str, Any]]]]


@asynccontextmanager
async def fake_sites(_: Endpoints) -> AsyncIterator[Sites]:
    yield FakeSites()


@asynccontextmanager
async def cosmos_sites(endpoints: Endpoints) -> AsyncIterator[Sites]:
    """A database of its own."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        for container, path in PARTITION_KEYS.items():
            await database.create_container(container, PartitionKey(path))
        yield CosmosSites(client, name)
        await client.delete_database(name)


@asynccontextmanager
async def fake_leases(_: Endpoints) -> AsyncIterator[Leases]:
    yield FakeLeases()


@asynccontextmanager
async def blob_leases(endpoints: Endpoints) -> AsyncIterator[Leases]:
    """A container of its own: it is deleted again."""
    async with blob_client(connection("BlobStorage", endpoints.storage_connection)) as client:
        container = await client.create_container(LEASES)
        yield BlobLeases(client)
        await container.delete_container()


@asynccontextmanager
async def fake_waiting(_: Endpoints) -> AsyncIterator[Waiting]:
    requests = FakeRequests()

    async def take() -> list[dict[str, Any]]:
        taken = [request for request, delay_s in requests.queue if delay_s == 0]
        requests.queue = [waiting for waiting in requests.queue if waiting[1] > 0]
        return taken

    yield Waiting(requests, take)


@asynccontextmanager
async def storage_waiting(endpoints: Endpoints) -> AsyncIterator[Waiting]:
    """The queue, emptied."""
    async with (
        queue_client(connection("AzureWebJobsStorage", endpoints.storage_connection)) as client,
        QueueClient.from_connection_string(
            endpoints.storage_connection, QUEUE, message_decode_policy=TextBase64DecodePolicy()
        ) as reader,
    ):
        await client.create_queue()

        async def take() -> list[dict[str, Any]]:
            found = [message async for message in reader.receive_messages(max_messages=32)]
            for message in found:
                await reader.delete_message(message)
            return [json.loads(message.content) for message in found]

        yield Waiting(QueueRequests(client), take)
        await client.delete_queue()


@asynccontextmanager
async def fake_registry(_: Endpoints) -> AsyncIterator[Registry]:
    twins = FakeTwins()
    twins.obedient = False

    def add(device_id: str, site_id: str, capacity: dict[str, Any]) -> None:
        twins.add(device_id, site_id, capacity=capacity)
        twins.twins[device_id]["properties"]["reported"].clear()

    yield Registry(twins, add)


@asynccontextmanager
async def hub_registry(endpoints: Endpoints) -> AsyncIterator[Registry]:
    """The hub's twins, of a hub that the environment trusts."""
    hub = IoTHubRegistryManager.from_connection_string(endpoints.iothub_connection)

    def add(device_id: str, site_id: str, capacity: dict[str, Any]) -> None:
        hub.create_device_with_sas(device_id, KEY, KEY, "enabled")
        hub.update_twin(device_id, Twin(tags={"siteId": site_id, "capacity": capacity}))

    yield Registry(IotHubTwins(connection("IotHub", endpoints.iothub_connection)), add)


@asynccontextmanager
async def fake_away_twins(_: Endpoints) -> AsyncIterator[Twins]:
    twins = FakeTwins()
    twins.away = {"everyone"}
    yield twins


@asynccontextmanager
async def away_twins(endpoints: Endpoints) -> AsyncIterator[Twins]:
    """Dials the front door's port, where nothing listens in these tests."""
    nowhere = endpoints.iothub_connection.replace(f":{endpoints.iothub};", f":{endpoints.front};")
    yield IotHubTwins(connection("IotHub", nowhere))
