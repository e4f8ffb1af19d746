"""``python -m tests.contract.keyless_probe``: what each role is for, done when a line asks for it.

A process of its own, for the official clients decide when they are imported whose certificates they
trust. A line in is JSON, ``{"who", "role", "on"}``; a line out ``{"error"}``, null when it worked.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from azure.eventhub.aio import CheckpointStore
from azure.identity import ManagedIdentityCredential
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExportResult

from device_sim.hub.addresses import hub_from_environment
from device_sim.hub.registry import HubRegistry
from local.identities.grants import APP, DEPLOYER
from local.services import IDENTITY_HEADERS
from local.standins.functions_host.app import connections
from local.standins.functions_host.app.connections import Connection, find_connection
from ml_model.recordings.cosmos import open_database
from ml_model.release.publish import container_client
from tocsin import bootstrap
from tocsin.adapters.insights.traces import insights_exporter, translate
from tocsin.adapters.storage.blob import BlobFiles, blob_client
from tocsin.domain.insights.progress import Progress
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.plans.requests import Request
from tocsin.domain.tracing.place import derive_place
from tocsin.domain.tracing.span import Span
from tocsin.settings import read_settings

Deed = Callable[[], Awaitable[Any]]


async def read_stream() -> None:
    client = connections.event_hub_client(
        _find("TelemetryHub"),
        hub=os.environ["TELEMETRY_EVENT_HUB"],
        consumer_group="$Default",
        checkpoints=NoCheckpoints(),
        balancing_interval_s=10,
    )
    async with client:
        await client.get_partition_ids()


async def keep_document() -> None:
    await bootstrap.services().progress.save_progress(Progress("0", 1, None, 0, None, None))


async def order() -> None:
    await bootstrap.services().twins.find_twin("nobody")


async def keep_letter() -> None:
    envelope = Envelope(b"{}", "probe", "north", 1, "0", 1, {})
    await bootstrap.services().dead_letters.put(DeadLetter(envelope, "malformed", "a trial"))


async def hold_lease() -> None:
    async with bootstrap.services().leases.hold("probe"):
        pass


async def keep_host_blob() -> None:
    async with connections.blob_service(_find("AzureWebJobsStorage")) as blobs:
        container = blobs.get_container_client("azure-webjobs-hosts")
        if not await container.exists():
            await container.create_container()
        await container.upload_blob("probe", b"", overwrite=True)


async def load_model() -> None:
    found = await BlobFiles(blob_client(read_settings(os.environ).blob)).read("pump/active.json")
    assert found is not None


async def ask_for_plan() -> None:
    await bootstrap.services().requests.put(Request("north", "operator", 1))


async def ring() -> None:
    await bootstrap.services().bell.ring("north")


async def give_up(queue: str) -> None:
    async with connections.queue_service(_find("AzureWebJobsStorage")) as queues:
        await queues.get_queue_client(queue).send_message("e30=")


async def keep_table() -> None:
    """As the host does; Azure's client of tables is not among ours."""
    storage = _find("AzureWebJobsStorage")
    token = ManagedIdentityCredential(client_id=storage.part("clientId"))
    request = urllib.request.Request(
        f"{storage.part('tableServiceUri')}/Tables",
        data=json.dumps({"TableName": "probe"}).encode(),
        headers={
            "Authorization": f"Bearer {token.get_token('https://storage.azure.com/.default').token}",
            "Content-Type": "application/json",
            "Accept": "application/json;odata=nometadata",
            "x-ms-version": "2020-12-06",
        },
    )
    try:
        await asyncio.to_thread(urllib.request.urlopen, request, None, 10)
    except urllib.error.HTTPError as error:
        if error.code != 409:  # there already
            raise RuntimeError(error.read().decode()) from error


async def speak_live() -> None:
    live = bootstrap.services().live
    await live.client_url("somebody", "north")
    await live.send("north", {"type": "probe"})


async def trace() -> None:
    exporter = insights_exporter(os.environ["APPLICATIONINSIGHTS_CONNECTION_STRING"], os.environ)
    place = derive_place("probe", "0", 1)
    span = translate(Span("probe", "internal", place, None, 0, 1), Resource({}))
    result = await asyncio.to_thread(exporter.export, [span])
    if result is not SpanExportResult.SUCCESS:
        raise RuntimeError(f"the trace was not taken: {result.name}")


async def publish() -> None:
    with container_client(os.environ) as container:
        container.upload_blob("probe/probe.json", b"{}", overwrite=True)


async def register() -> None:
    HubRegistry(hub_from_environment()).create("probe")


async def read_recordings() -> None:
    with open_database(os.environ) as database:
        list(
            database.get_container_client("readings").query_items(
                "SELECT VALUE COUNT(1) FROM c", enable_cross_partition_query=True
            )
        )


DEEDS: dict[tuple[str, str, str], Deed] = {
    (APP, "Azure Event Hubs Data Receiver", "telemetry"): read_stream,
    (APP, "Cosmos DB Built-in Data Contributor", "tocsin"): keep_document,
    (APP, "IoT Hub Twin Contributor", "iot-tocsin"): order,
    (APP, "Monitoring Metrics Publisher", "appi-tocsin"): trace,
    (APP, "Storage Blob Data Contributor", "dead-letters"): keep_letter,
    (APP, "Storage Blob Data Contributor", "leases"): hold_lease,
    (APP, "Storage Blob Data Owner", "sthost"): keep_host_blob,
    (APP, "Storage Blob Data Reader", "models"): load_model,
    (APP, "Storage Queue Data Contributor", "rebalance-requests"): ask_for_plan,
    (APP, "Storage Queue Data Contributor", "rebalance-requests-poison"): partial(
        give_up, "rebalance-requests-poison"
    ),
    (APP, "Storage Queue Data Contributor", "notifications"): ring,
    (APP, "Storage Queue Data Contributor", "notifications-poison"): partial(
        give_up, "notifications-poison"
    ),
    (APP, "Storage Table Data Contributor", "sthost"): keep_table,
    (APP, "Web PubSub Service Owner", "wps-tocsin"): speak_live,
    (DEPLOYER, "Storage Blob Data Contributor", "models"): publish,
    (DEPLOYER, "IoT Hub Data Contributor", "iot-tocsin"): register,
    (DEPLOYER, "Cosmos DB Built-in Data Reader", "tocsin"): read_recordings,
}


class NoCheckpoints(CheckpointStore):
    """Nothing is balanced here."""

    async def list_ownership(self, *_: Any, **__: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (the SDK's)
        return []

    async def claim_ownership(self, *_: Any, **__: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (the SDK's)
        return []

    async def update_checkpoint(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 (the SDK's)
        pass

    async def list_checkpoints(self, *_: Any, **__: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (the SDK's)
        return []


def _find(name: str) -> Connection:
    return find_connection(name, os.environ, wanted_by="the probe")


async def _answer(line: str) -> str | None:
    """What went wrong; None when nothing did."""
    asked = json.loads(line)
    os.environ["IDENTITY_HEADER"] = IDENTITY_HEADERS[asked["who"]]
    deed = DEEDS[asked["who"], asked["role"], asked["on"].rsplit("/", 1)[-1]]
    try:
        await asyncio.wait_for(deed(), 30)
    except Exception as error:  # noqa: BLE001 (whatever it is, the test reads it)
        return f"{type(error).__name__}: {error}"
    return None


async def main() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        sys.stdout.write(json.dumps({"error": await _answer(line)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
