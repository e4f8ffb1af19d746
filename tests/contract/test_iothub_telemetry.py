"""Devices through azure-iot-device: what they send is what the events are."""

from __future__ import annotations

import functools
import time

from azure.eventhub import EventData
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.iothub_clients import Reception, connected, message, receiving, register, until


async def test_telemetry_arrives_in_order_with_properties_and_annotations(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    for device_id in ("order-1", "order-2", "order-3"):
        register(manager, device_id)
    manager.update_twin("order-1", Twin(tags={"siteId": "north"}), "*")
    before_ms = int(time.time() * 1000)
    async with receiving(endpoints) as reception:
        for device_id in ("order-1", "order-2", "order-3"):
            async with connected(endpoints, iothub, device_id) as client:
                for n in range(20):
                    await client.send_message(message(f'{{"n":{n}}}', kind="a & b = ü/+#"))
        for device_id in ("order-1", "order-2", "order-3"):
            await until(functools.partial(has_all, reception, device_id), "all messages")
    for device_id in ("order-1", "order-2", "order-3"):
        events = reception.of(device_id)
        assert [event.body_as_json()["n"] for event in events] == list(range(20))
        assert len({place for place, event in reception.events if event in events}) == 1
    first = reception.of("order-1")[0]
    assert first.properties == {b"kind": "a & b = ü/+#".encode(), b"siteId": b"north"}
    # Of a tag that is not there, the hub stamps the path.
    assert reception.of("order-2")[0].properties[b"siteId"] == b"$twin.tags.siteId"
    check_annotations(first, before_ms)


def has_both(reception: Reception, device_id: str) -> bool:
    return len(reception.of(device_id)) == 2


async def test_no_device_stamps_its_own_site(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    tags = {"own-1": {"siteId": "north"}, "own-2": {}, "own-3": {"siteId": {"no": "value"}}}
    for device_id, of_device in tags.items():
        register(manager, device_id)
        manager.update_twin(device_id, Twin(tags=of_device), "*")
    async with receiving(endpoints) as reception:
        for device_id in tags:
            async with connected(endpoints, iothub, device_id) as client:
                for name in ("siteId", "SITEID"):
                    await client.send_message(message("{}", **{name: "other"}))
        for device_id in tags:
            await until(functools.partial(has_both, reception, device_id), "both messages")
    found = {
        device_id: [event.properties for event in reception.of(device_id)] for device_id in tags
    }
    path = b"$twin.tags.siteId"
    assert found == {
        device_id: [{b"siteId": site}] * 2
        for device_id, site in (("own-1", b"north"), ("own-2", path), ("own-3", path))
    }


def has_all(reception: Reception, device_id: str) -> bool:
    return len(reception.of(device_id)) == 20


def check_annotations(event: EventData, before_ms: int) -> None:
    system = event.system_properties
    assert event.content_type == "application/json"
    assert system[b"content-encoding"] == b"utf-8"
    assert system[b"iothub-message-source"] == b"Telemetry"
    assert b'"type":"sas"' in system[b"iothub-connection-auth-method"]
    assert system[b"iothub-connection-auth-generation-id"].isdigit()
    assert event.partition_key == b"order-1"
    assert before_ms <= system[b"iothub-enqueuedtime"] <= time.time() * 1000
    assert system[b"x-opt-enqueued-time"] == system[b"iothub-enqueuedtime"]


async def test_system_properties_are_carried(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "system")
    full = message("{}")
    full.message_id = "m-1"
    full.correlation_id = "c-1"
    full.user_id = "u-1"
    full.custom_properties["$.ctime"] = "2026-11-22T10:00:00.000Z"
    async with connected(endpoints, iothub, "system") as client:
        await client.send_message(full)
    async with receiving(endpoints) as reception:
        await until(lambda: len(reception.of("system")) == 1, "the message")
    event = reception.of("system")[0]
    assert event.message_id == "m-1"
    assert event.correlation_id == "c-1"
    assert event.system_properties[b"user-id"] == b"u-1"
    assert event.system_properties[b"iothub-creation-time-utc"] == 1795341600000
