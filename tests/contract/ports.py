"""Every implementation of each port, opened for one test."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import aiohttp
from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.files import FakeFiles
from tests.fakes.live import FakeLive
from tests.fakes.rollups import FakeRollups
from tests.fakes.store import FakeStore
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.rollups import CosmosRollups
from tocsin.adapters.cosmos.store import CosmosStore
from tocsin.adapters.models.stored_bundles import ListVersions
from tocsin.adapters.storage.blob import MODELS, BlobFiles, blob_client
from tocsin.adapters.storage.letters import DEAD_LETTERS, BlobDeadLetters
from tocsin.adapters.webpubsub import WebPubSubLive, webpubsub_client
from tocsin.settings import Connection
from tocsin.usecases.ports.letters import LetterBox
from tocsin.usecases.ports.operators import Drifts, Feedback, Fleet, Live
from tocsin.usecases.ports.rollups import Rollups
from tocsin.usecases.ports.scoring import DeadLetters, Telemetry

# docs/formats.md
PARTITION_KEYS = {
    "readings": "/deviceId",
    "rollups": "/deviceId",
    "devices": "/deviceId",
    "alerts": "/deviceId",
    "settings": "/id",
    "audit": "/siteId",
}


ODD_SITES = ["Werk Süd/1", "..", ".", "a#?%2F\\b", "a%23?%2F\\b", 'o\'hare "x"', "🏭" * 64]


class Store(Telemetry, Fleet, Drifts, Feedback, Protocol):
    """The ports that the database fulfils."""


class Box(DeadLetters, LetterBox, Protocol):
    """The ports that a dead-letter box fulfils."""


@dataclass
class Archive:
    """Stored messages and their rollups, in one database."""

    store: Store
    rollups: Rollups


@dataclass
class Letters:
    """A dead-letter box, and a look into it."""

    box: Box
    paths: Callable[[], Awaitable[list[str]]]
    read: Callable[[str], Awaitable[dict[str, Any]]]


@dataclass
class Files:
    """A reader of files, the way they come there, and the versions among them."""

    read: Callable[[str], Awaitable[bytes | None]]
    write: Callable[[str, bytes], Awaitable[None]]
    list_versions: ListVersions


@dataclass
class Channel:
    """A live service, and what its next *count* messages to a site are."""

    live: Live
    sent_to: Callable[[str, int], Awaitable[list[Any]]]


def connection(name: str, text: str) -> Connection:
    return Connection(name, text, None, None)


@asynccontextmanager
async def fake_store(_: Endpoints) -> AsyncIterator[Store]:
    yield FakeStore()


@asynccontextmanager
async def cosmos_store(endpoints: Endpoints) -> AsyncIterator[Store]:
    async with cosmos_archive(endpoints) as archive:
        yield archive.store


@asynccontextmanager
async def packed_store(endpoints: Endpoints) -> AsyncIterator[Store]:
    async with cosmos_archive(endpoints, packs=True) as archive:
        yield archive.store


@asynccontextmanager
async def fake_archive(_: Endpoints) -> AsyncIterator[Archive]:
    store = FakeStore()
    yield Archive(store, FakeRollups(store))


@asynccontextmanager
async def cosmos_archive(endpoints: Endpoints, *, packs: bool = False) -> AsyncIterator[Archive]:
    """A database of its own."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        for container, path in PARTITION_KEYS.items():
            await database.create_container(container, PartitionKey(path))
        yield Archive(CosmosStore(client, name, packs=packs), CosmosRollups(client, name))
        await client.delete_database(name)


@asynccontextmanager
async def packed_archive(endpoints: Endpoints) -> AsyncIterator[Archive]:
    async with cosmos_archive(endpoints, packs=True) as archive:
        yield archive


@asynccontextmanager
async def fake_letters(_: Endpoints) -> AsyncIterator[Letters]:
    box = FakeDeadLetters()

    async def paths() -> list[str]:
        return sorted(box.files)

    async def read(path: str) -> dict[str, Any]:
        return box.files[path]

    yield Letters(box, paths, read)


@asynccontextmanager
async def blob_letters(endpoints: Endpoints) -> AsyncIterator[Letters]:
    """A container of its own: it is deleted again."""
    async with blob_client(connection("BlobStorage", endpoints.storage_connection)) as client:
        container = await client.create_container(DEAD_LETTERS)

        async def paths() -> list[str]:
            return sorted([blob.name async for blob in container.list_blobs()])

        async def read(path: str) -> dict[str, Any]:
            stream = await container.download_blob(path)
            found: dict[str, Any] = json.loads(await stream.readall())
            return found

        yield Letters(BlobDeadLetters(client), paths, read)
        await container.delete_container()


@asynccontextmanager
async def fake_files(_: Endpoints) -> AsyncIterator[Files]:
    files = FakeFiles()

    async def write(path: str, content: bytes) -> None:
        files.files[path] = content

    yield Files(files.read, write, files.list_versions)


@asynccontextmanager
async def blob_files(endpoints: Endpoints) -> AsyncIterator[Files]:
    """A container of its own: it is deleted again."""
    async with blob_client(connection("BlobStorage", endpoints.storage_connection)) as client:
        container = await client.create_container(MODELS)

        async def write(path: str, content: bytes) -> None:
            await container.upload_blob(path, content, overwrite=True)

        files = BlobFiles(client)
        yield Files(files.read, write, files.list_versions)
        await container.delete_container()


@asynccontextmanager
async def fake_channel(_: Endpoints) -> AsyncIterator[Channel]:
    live = FakeLive()

    async def sent_to(site_id: str, count: int) -> list[Any]:
        return [message for site, message in live.sent if site == site_id][:count]

    yield Channel(live, sent_to)


@asynccontextmanager
async def webpubsub_channel(endpoints: Endpoints) -> AsyncIterator[Channel]:
    """``north``, ``south`` and ODD_SITES, each watched by a client from the start."""
    service = webpubsub_client(connection("WebPubSub", endpoints.webpubsub_connection), "tocsin")
    async with service as client, aiohttp.ClientSession() as http:
        live = WebPubSubLive(client)
        sockets = {
            site: await http.ws_connect(
                await live.client_url("ada", site), protocols=["json.webpubsub.azure.v1"]
            )
            for site in ("north", "south", *ODD_SITES)
        }
        for socket in sockets.values():
            assert (await socket.receive_json(timeout=5))["event"] == "connected"

        async def sent_to(site_id: str, count: int) -> list[Any]:
            async with asyncio.timeout(5):
                return [(await sockets[site_id].receive_json())["data"] for _ in range(count)]

        yield Channel(live, sent_to)
        for socket in sockets.values():
            await socket.close()


@asynccontextmanager
async def fake_away_live(_: Endpoints) -> AsyncIterator[Live]:
    live = FakeLive()
    live.away = True
    yield live


@asynccontextmanager
async def webpubsub_away_live(endpoints: Endpoints) -> AsyncIterator[Live]:
    """Dials the front door's port, where nothing listens in these tests."""
    nowhere = replace(endpoints, webpubsub=endpoints.front)
    service = webpubsub_client(connection("WebPubSub", nowhere.webpubsub_connection), "tocsin")
    async with service as client:
        yield WebPubSubLive(client)
