"""Device messages a second, from the device SDK through the local IoT Hub to an Event Hubs client.

``python -m benchmarks.hub --json`` prints ``{"hub_messages_per_s": …}``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import multiprocessing
import secrets
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.hub import IoTHubRegistryManager

from benchmarks import report
from local import services
from local.addresses import find_free_address
from local.endpoints import Endpoints

SENDERS = 2  # processes
DEVICES_EACH = 2
IN_FLIGHT = 64  # messages of one device that wait for their acknowledgement
BODY_BYTES = 500
PARTITIONS = 4
WITHIN_S = 120.0


def measure(messages: int = 10_000) -> dict[str, float]:
    """Send *messages* and count their arrival; the time runs from the first send.

    Raises TimeoutError when not all have arrived within two minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        endpoints = Endpoints.free(find_free_address())
        hub = services.make_iothub(endpoints, Path(folder))
        ca_path = str(hub.start()["ca"])
        try:
            return {"hub_messages_per_s": _measure_throughput(messages, endpoints, ca_path)}
        finally:
            hub.stop()


@dataclass(frozen=True, slots=True)
class _Share:
    """What one process sends, and how it connects."""

    devices: list[str]
    messages: int
    key: str
    host: str
    ca: str


def _measure_throughput(messages: int, endpoints: Endpoints, ca_path: str) -> float:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    devices = [f"bench-{n:02}" for n in range(SENDERS * DEVICES_EACH)]
    _register_devices(devices, key, endpoints, ca_path)
    ca = Path(ca_path).read_text("utf-8")
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(SENDERS + 1)
    senders = [
        context.Process(
            target=_send_all,
            args=(_Share(devices[n::SENDERS], count, key, endpoints.host, ca), start),
            daemon=True,
        )
        for n, count in enumerate(_divide_evenly(messages, SENDERS))
    ]
    for sender in senders:
        sender.start()
    try:
        return round(messages / asyncio.run(_time_arrivals(messages, endpoints, start)), 1)
    finally:
        for sender in senders:
            sender.join(timeout=10)
            sender.kill()


def _divide_evenly(messages: int, parts: int) -> list[int]:
    return [messages // parts + (n < messages % parts) for n in range(parts)]


def _register_devices(devices: list[str], key: str, endpoints: Endpoints, ca_path: str) -> None:
    registry = IoTHubRegistryManager.from_connection_string(endpoints.iothub_connection)
    registry.protocol.config.connection.verify = ca_path
    for device in devices:
        registry.create_device_with_sas(device, key, key, "enabled")


def _send_all(share: _Share, start: Barrier) -> None:
    asyncio.run(_send_from_devices(share, start))


async def _send_from_devices(share: _Share, start: Barrier) -> None:
    clients = [
        IoTHubDeviceClient.create_from_connection_string(
            f"HostName={share.host};DeviceId={device};SharedAccessKey={share.key}",
            server_verification_cert=share.ca,
        )
        for device in share.devices
    ]
    await asyncio.gather(*(client.connect() for client in clients))
    await asyncio.to_thread(start.wait, WITHIN_S)
    counts = _divide_evenly(share.messages, len(clients))
    await asyncio.gather(*map(_send_share, clients, counts))
    await asyncio.gather(*(client.shutdown() for client in clients))


async def _send_share(client: IoTHubDeviceClient, messages: int) -> None:
    left = iter(range(messages))

    async def send_in_turn() -> None:
        for n in left:
            message = Message(json.dumps({"n": n, "pad": "x" * BODY_BYTES}))  # type: ignore[no-untyped-call]  # the SDK has no types
            message.content_type = "application/json"
            message.content_encoding = "utf-8"
            await client.send_message(message)

    await asyncio.gather(*(send_in_turn() for _ in range(IN_FLIGHT)))


async def _time_arrivals(messages: int, endpoints: Endpoints, start: Barrier) -> float:
    """Seconds from the first send to the last arrival."""
    consumer = EventHubConsumerClient.from_connection_string(
        endpoints.eventhub_connection, "$Default", eventhub_name="telemetry"
    )
    arrived = 0
    opened: set[str] = set()
    listening = asyncio.Event()
    complete = asyncio.Event()

    async def note_partition(context: PartitionContext) -> None:
        opened.add(context.partition_id)
        if len(opened) == PARTITIONS:
            listening.set()

    async def count_batch(_context: PartitionContext, events: list[EventData]) -> None:
        nonlocal arrived
        arrived += len(events)
        if arrived >= messages:
            complete.set()

    receiving = asyncio.create_task(
        consumer.receive_batch(
            count_batch,
            on_partition_initialize=note_partition,
            starting_position="-1",
            max_wait_time=1,
        )
    )
    try:
        await asyncio.wait_for(listening.wait(), WITHIN_S)
        await asyncio.to_thread(start.wait, WITHIN_S)
        began = time.perf_counter()
        await asyncio.wait_for(complete.wait(), WITHIN_S)
        return time.perf_counter() - began
    finally:
        await consumer.close()
        receiving.cancel()


if __name__ == "__main__":
    report.main("benchmarks.hub", __doc__, measure)
