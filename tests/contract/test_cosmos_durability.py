"""What was acknowledged survives the process being killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from azure.core.exceptions import AzureError
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy

from local import services
from local.addresses import find_free_address
from local.endpoints import Endpoints
from tests.contract.cosmos_clients import async_client, client, reading

WRITERS = 16


async def test_a_kill_amid_writes_loses_nothing_acknowledged(tmp_path: Path) -> None:
    endpoints = Endpoints.free(find_free_address())
    child = services.make_cosmos(endpoints, tmp_path)
    child.start()
    acknowledged: list[str] = []
    enough = asyncio.Event()
    try:
        async with async_client(endpoints) as connected:
            database = await connected.create_database("durable")
            container = await database.create_container("c", PartitionKey("/deviceId"))
            writing = [
                asyncio.create_task(write(container, writer, acknowledged, enough))
                for writer in range(WRITERS)
            ]
            await asyncio.wait_for(enough.wait(), timeout=20)
            child.kill()
            for task in writing:
                task.cancel()
            await asyncio.gather(*writing, return_exceptions=True)
        child.start()
        with client(endpoints) as again:
            stored = again.get_database_client("durable").get_container_client("c")
            found = list(stored.query_items_change_feed(start_time="Beginning"))
            ids = [document["id"] for document in found]
            assert set(acknowledged) <= set(ids)
            assert len(ids) == len(set(ids))
            later = stored.upsert_item(reading(1))
            assert list(stored.query_items_change_feed(start_time="Beginning"))[-1]["id"] == "1"
            assert later["_rid"] not in {document["_rid"] for document in found}
    finally:
        exit_code = child.stop()
    assert exit_code == 0


async def write(
    container: ContainerProxy, writer: int, acknowledged: list[str], enough: asyncio.Event
) -> None:
    for number in range(100_000):
        document = {"id": f"{writer}-{number}", "deviceId": f"d{writer}"}
        try:
            await container.upsert_item(document)
        except AzureError:
            return
        acknowledged.append(document["id"])
        if len(acknowledged) == 500:
            enough.set()
