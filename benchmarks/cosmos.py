"""How fast the Cosmos DB stand-in is through the official client.

``python -m benchmarks.cosmos --json`` prints one JSON object:

- ``cosmos_upserts_per_s``: documents of 1 to 2 KB a second, one asynchronous client
- ``cosmos_newest20_ms``: median time of a partition's newest 20 documents, 200 000 being stored
- ``cosmos_fill_s``: time to store those 200 000 by transactional batches
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient

from benchmarks import report
from local import services
from local.endpoints import COSMOS_KEY, Endpoints

UPSERTS: Final = 4_000
CONCURRENCY: Final = 64
ROUNDS: Final = 3
DOCUMENTS: Final = 200_000
PARTITIONS: Final = 50
BATCH: Final = 100
BATCHES_AT_ONCE: Final = 4
QUERIES: Final = 50
NEWEST: Final = "SELECT TOP 20 * FROM c WHERE c.deviceId = @id ORDER BY c.lastT DESC"


def measure() -> dict[str, float]:
    """Start a stand-in of our own in a temporary folder and measure it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-cosmos-") as folder:
        endpoints = Endpoints.free("127.0.0.1")
        child = services.make_cosmos(endpoints, Path(folder))
        child.start()
        try:
            return asyncio.run(_measure_all(endpoints))
        finally:
            child.stop()


async def _measure_all(endpoints: Endpoints) -> dict[str, float]:
    async with _open_client(endpoints) as client:
        database = await client.create_database("benchmark")
        upserted = await database.create_container("upserts", PartitionKey("/deviceId"))
        upserts_per_s = await _measure_upserts(upserted)
        filled = await database.create_container("readings", PartitionKey("/deviceId"))
        fill_s = await _fill(filled)
        newest20_ms = await _measure_newest(filled)
    return {
        "cosmos_upserts_per_s": round(upserts_per_s, 1),
        "cosmos_newest20_ms": round(newest20_ms, 3),
        "cosmos_fill_s": round(fill_s, 1),
    }


@asynccontextmanager
async def _open_client(endpoints: Endpoints) -> AsyncIterator[CosmosClient]:
    # Left to itself, the transport looks for a proxy and a .netrc in a thread at each request,
    # which costs three times what the rest of the client does.
    transport = AioHttpTransport(use_env_settings=False)
    url = f"http://{endpoints.host}:{endpoints.cosmos}/"
    # As the product writes: nobody reads what comes back of a write.
    async with CosmosClient(
        url, COSMOS_KEY, transport=transport, no_response_on_write=True
    ) as client:
        yield client


async def _measure_upserts(container: ContainerProxy) -> float:
    """The median of a few rounds, each after the same warm-up: the machine's speed drifts."""
    await _upsert_all(container, iter(_make_documents(200)))
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        documents = iter(_make_documents(UPSERTS))
        await asyncio.gather(*(_upsert_all(container, documents) for _ in range(CONCURRENCY)))
        rates.append(UPSERTS / (time.perf_counter() - started))
    return statistics.median(rates)


async def _upsert_all(container: ContainerProxy, documents: Iterator[dict[str, Any]]) -> None:
    for document in documents:
        await container.upsert_item(document)


async def _fill(container: ContainerProxy) -> float:
    """Store DOCUMENTS by batches; returns the seconds it took."""
    started = time.perf_counter()
    batches = _cut_batches()
    await asyncio.gather(*(_store_all(container, batches) for _ in range(BATCHES_AT_ONCE)))
    return time.perf_counter() - started


async def _store_all(container: ContainerProxy, batches: Iterator[list[dict[str, Any]]]) -> None:
    for batch in batches:
        operations = [("create", (document,)) for document in batch]
        await container.execute_item_batch(operations, batch[0]["deviceId"], no_response=True)


def _cut_batches() -> Iterator[list[dict[str, Any]]]:
    for index in range(DOCUMENTS // BATCH):
        device = index % PARTITIONS
        first = index // PARTITIONS * BATCH
        yield [_make_document(device, first + offset) for offset in range(BATCH)]


async def _measure_newest(container: ContainerProxy) -> float:
    await _time_newest(container, 0)  # the first one makes the index
    times = [await _time_newest(container, number % PARTITIONS) for number in range(QUERIES)]
    return statistics.median(times)


async def _time_newest(container: ContainerProxy, device: int) -> float:
    name = _name_device(device)
    started = time.perf_counter()
    pages = container.query_items(
        NEWEST, parameters=[{"name": "@id", "value": name}], partition_key=name
    )
    found = [document async for document in pages]
    elapsed_ms = (time.perf_counter() - started) * 1e3
    newest = DOCUMENTS // PARTITIONS - 1
    if [document["seq"] for document in found] != list(range(newest, newest - 20, -1)):
        raise RuntimeError(f"{name}: the query gave other documents than the newest 20")
    return elapsed_ms


def _make_documents(count: int) -> list[dict[str, Any]]:
    return [_make_document(number % PARTITIONS, number // PARTITIONS) for number in range(count)]


def _make_document(device: int, seq: int) -> dict[str, Any]:
    """A reading document of about 1.2 KB with 10 readings of 5 channels."""
    first_t = 1_795_000_000_000 + seq * 10_000
    times = [first_t + 1_000 * step for step in range(10)]
    channels = {
        name: [round(20 + (seq * 7 + step * 3 + offset) % 97 / 10, 2) for step in range(10)]
        for offset, name in enumerate(
            ("cpu_pct", "energy_w", "response_ms", "temperature_c", "vibration_mm_s")
        )
    }
    return {
        "id": f"{first_t}-{seq}",
        "deviceId": _name_device(device),
        "siteId": f"site-{device % 3}",
        "schema": 1,
        "profile": "workcell",
        "seq": seq,
        "t": times,
        "channels": channels,
        "firstT": times[0],
        "lastT": times[-1],
        "score": [round(0.1 + (seq + step) % 31 / 10, 3) for step in range(10)],
        "threshold": 4.21,
        "anomalous": [False] * 10,
        "contributions": {name: [0.2] * 10 for name in channels},
        "modelVersion": "1-3fa9c1d2",
        "enqueuedAt": first_t + 250,
    }


def _name_device(number: int) -> str:
    return f"device-{number:03d}"


if __name__ == "__main__":
    report.main("benchmarks.cosmos", __doc__, measure)
