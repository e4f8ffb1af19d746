"""The official clients against the IoT Hub stand-in, made the way its tests need them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import threading
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import paho.mqtt.client as mqtt  # type: ignore[import-untyped]  # comes with azure-iot-device
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.hub import IoTHubRegistryManager

from local.endpoints import Endpoints
from local.processes import Child

KEY = base64.b64encode(b"primary-key-of-every-test-device").decode()
SECOND_KEY = base64.b64encode(b"secondary-key-of-every-test-dev.").decode()
EVENT_HUB = "telemetry"
WITHIN_S = 15.0


def registry(endpoints: Endpoints, hub: Child) -> IoTHubRegistryManager:
    manager = IoTHubRegistryManager.from_connection_string(endpoints.iothub_connection)
    manager.protocol.config.connection.verify = hub.ready["ca"]
    return manager


def register(manager: IoTHubRegistryManager, device_id: str) -> None:
    manager.create_device_with_sas(device_id, KEY, SECOND_KEY, "enabled")


def device_client(
    endpoints: Endpoints, hub: Child, device_id: str, *, key: str = KEY, stays: bool = False
) -> IoTHubDeviceClient:
    """A device that, with *stays*, dials again when it is dropped."""
    return IoTHubDeviceClient.create_from_connection_string(
        f"HostName={endpoints.host};DeviceId={device_id};SharedAccessKey={key}",
        server_verification_cert=Path(hub.ready["ca"]).read_text("utf-8"),
        connection_retry=stays,
        connection_retry_interval=1,
    )


def message(body: str, **properties: str) -> Message:
    made = Message(body)  # type: ignore[no-untyped-call]  # the SDK has no types
    made.content_type = "application/json"
    made.content_encoding = "utf-8"
    made.custom_properties.update(properties)
    return made


@contextlib.asynccontextmanager
async def connected(
    endpoints: Endpoints, hub: Child, device_id: str, *, key: str = KEY, stays: bool = False
) -> AsyncIterator[IoTHubDeviceClient]:
    client = device_client(endpoints, hub, device_id, key=key, stays=stays)
    await client.connect()
    try:
        yield client
    finally:
        await client.shutdown()


def sas_token(resource: str, key: str, expires_s: float, policy: str | None = None) -> str:
    """A token as a device or service would sign it; *expires_s* is since the epoch."""
    encoded = urllib.parse.quote(resource, safe="")
    signed = f"{encoded}\n{int(expires_s)}".encode()
    digest = hmac.new(base64.b64decode(key), signed, hashlib.sha256).digest()
    signature = urllib.parse.quote(base64.b64encode(digest), safe="")
    end = f"&skn={policy}" if policy else ""
    return f"SharedAccessSignature sr={encoded}&sig={signature}&se={int(expires_s)}{end}"


class MqttProbe:
    """A bare MQTT connection, for what the device SDK would never send.

    ``code`` is the return code of the CONNACK, 0 when the hub lets it in.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        hub: Child,
        device_id: str,
        token: str,
        *,
        username: str | None = None,
        stays: bool = False,
    ) -> None:
        """With *stays* it dials again when it is dropped, and sends again what it must."""
        answered = threading.Event()
        self.code = -1
        self.connected = False

        def on_connect(_client: object, _userdata: object, _flags: object, code: int) -> None:
            self.code = code
            self.connected = code == 0
            answered.set()

        def on_disconnect(_client: object, _userdata: object, _code: int) -> None:
            self.connected = False
            if not stays:
                self.client.disconnect()

        self.client = mqtt.Client(device_id, clean_session=False, protocol=mqtt.MQTTv311)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = on_connect
        self.client.on_disconnect = on_disconnect
        self.client.tls_set(hub.ready["ca"])
        name = f"{endpoints.host}/{device_id}/?api-version=2021-04-12"
        self.client.username_pw_set(username or name, token)
        self.client.connect(endpoints.host, endpoints.mqtt)
        self.client.loop_start()
        assert answered.wait(WITHIN_S), "MQTT does not answer"

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def consumer(endpoints: Endpoints, group: str = "$Default") -> EventHubConsumerClient:
    return EventHubConsumerClient.from_connection_string(
        endpoints.eventhub_connection, group, eventhub_name=EVENT_HUB, retry_total=0
    )


class Reception:
    """Events in the order of arrival, with the partition each came from."""

    def __init__(self) -> None:
        self.events: list[tuple[str, EventData]] = []
        self.errors: list[Exception] = []

    async def on_event(self, context: PartitionContext, event: EventData | None) -> None:
        assert event is not None
        self.events.append((context.partition_id, event))

    async def on_error(self, _context: PartitionContext | None, error: Exception) -> None:
        self.errors.append(error)

    def of(self, device_id: str) -> list[EventData]:
        return [
            event
            for _, event in self.events
            if event.system_properties.get(b"iothub-connection-device-id") == device_id.encode()
        ]

    def bodies(self) -> list[str]:
        return [event.body_as_str() for _, event in self.events]


@contextlib.asynccontextmanager
async def receiving(
    endpoints: Endpoints,
    *,
    group: str = "$Default",
    partition: str | None = None,
    start: str | int | dt.datetime = "-1",
    inclusive: bool = False,
    epoch: int | None = None,
    prefetch: int = 300,
) -> AsyncIterator[Reception]:
    """Receive events, of one partition or of all, until the block ends."""
    client = consumer(endpoints, group)
    reception = Reception()
    task = asyncio.create_task(
        client.receive(
            reception.on_event,
            on_error=reception.on_error,
            partition_id=partition,
            starting_position=start,
            starting_position_inclusive=inclusive,
            owner_level=epoch,
            prefetch=prefetch,
        )
    )
    try:
        yield reception
    finally:
        await client.close()
        task.cancel()


async def until(
    condition: Callable[[], bool], what: str = "the condition", within_s: float = WITHIN_S
) -> None:
    """Wait for *condition*, and fail by name when it takes too long."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {within_s} s for {what}"
        await asyncio.sleep(0.02)
