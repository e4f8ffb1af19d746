"""Every implementation of the ports of notifications, opened for one test."""

from __future__ import annotations

import base64
import functools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from local.endpoints import Endpoints
from tests.contract.fenced_ports import open_nothing, open_sites
from tests.contract.ports import connection
from tests.fakes.notifications import FakeBell, FakeDesks, FakePoison
from tocsin.adapters.cosmos.desks import CosmosDesks
from tocsin.adapters.storage.notify_queue import PoisonQueues, QueueBell
from tocsin.adapters.storage.requests_queue import queue_client
from tocsin.domain.notifications.rings import parse_ring
from tocsin.usecases.ports.notifications import Bell, Desks, PoisonWatch


@dataclass
class Office:
    """The port, a look into the audit, and a way to damage a document of ``north``."""

    desks: Desks
    read_audit: Callable[[], Awaitable[dict[str, Any]]]
    damage: Callable[..., Awaitable[None]]


@asynccontextmanager
async def fake_office(_: Endpoints) -> AsyncIterator[Office]:
    desks = FakeDesks()

    async def read_audit() -> dict[str, Any]:
        return desks.audit

    async def damage(name: str, **fields: object) -> None:
        desks.damage("north", name, **fields)

    yield Office(desks, read_audit, damage)


@asynccontextmanager
async def cosmos_office(endpoints: Endpoints) -> AsyncIterator[Office]:
    async with open_sites(endpoints, ["notifications"]) as sites:
        desks = CosmosDesks(sites.client, sites.name)
        damage = functools.partial(sites.damage, "notifications", "north")
        yield Office(desks, sites.read_audit, damage)


@asynccontextmanager
async def fake_away(_: Endpoints) -> AsyncIterator[Desks]:
    desks = FakeDesks()
    desks.away = True
    yield desks


@asynccontextmanager
async def cosmos_away(_: Endpoints) -> AsyncIterator[Desks]:
    async with open_nothing() as client:
        yield CosmosDesks(client, "tocsin")


@dataclass
class Tower:
    """A bell, and how many rings wait for a site."""

    bell: Bell
    list_rung: Callable[[], Awaitable[list[str]]]


@asynccontextmanager
async def fake_tower(_: Endpoints) -> AsyncIterator[Tower]:
    bell = FakeBell()

    async def list_rung() -> list[str]:
        return bell.rung

    yield Tower(bell, list_rung)


@asynccontextmanager
async def queue_tower(endpoints: Endpoints) -> AsyncIterator[Tower]:
    """A queue of its own."""
    name = f"notifications-{uuid.uuid4().hex}"
    queue = connection("AzureWebJobsStorage", endpoints.storage_connection)
    async with queue_client(queue, name) as client:
        await client.create_queue()

        async def list_rung() -> list[str]:
            return [
                parse_ring(base64.b64decode(message.content))
                async for message in client.receive_messages()
            ]

        yield Tower(QueueBell(client), list_rung)
        await client.delete_queue()


@asynccontextmanager
async def fake_poison(_: Endpoints) -> AsyncIterator[PoisonWatch]:
    poison = FakePoison()
    poison.counts["notifications-poison"] = 2
    yield poison


@asynccontextmanager
async def queue_poison(endpoints: Endpoints) -> AsyncIterator[PoisonWatch]:
    queue = connection("AzureWebJobsStorage", endpoints.storage_connection)
    names = ("rebalance-requests-poison", "notifications-poison")
    clients = [queue_client(queue, name) for name in names]
    for client in clients:
        await client.create_queue()
    for _ in range(2):
        await clients[1].send_message("odd")
    yield PoisonQueues(clients)
    for client in clients:
        await client.delete_queue()
        await client.close()
