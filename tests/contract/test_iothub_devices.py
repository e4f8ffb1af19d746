"""Devices through azure-iot-device: who may connect, and what a connection can do."""

from __future__ import annotations

import asyncio
import functools
import time
from typing import Any

import pytest
import requests
from azure.eventhub import EventData
from azure.iot.device import Message, MethodRequest, MethodResponse, exceptions
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties
from msrest.exceptions import HttpOperationError

from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import Child
from tests.contract.iothub_clients import (
    KEY,
    SECOND_KEY,
    MqttProbe,
    Reception,
    connected,
    device_client,
    message,
    receiving,
    register,
    registry,
    sas_token,
    until,
)


@pytest.fixture(scope="module")
def manager(endpoints: Endpoints, iothub: Child) -> IoTHubRegistryManager:
    return registry(endpoints, iothub)


async def refused(client: IoTHubDeviceClient) -> None:
    with pytest.raises(exceptions.CredentialError):
        await client.connect()
    await client.shutdown()


@pytest.mark.parametrize("key", [KEY, SECOND_KEY])
async def test_either_key_of_the_device_connects(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager, key: str
) -> None:
    device_id = f"either-{key[:4]}"
    register(manager, device_id)
    async with connected(endpoints, iothub, device_id, key=key) as client:
        assert client.connected
        assert manager.get_device(device_id).connection_state == "Connected"
    await until(lambda: manager.get_device(device_id).connection_state == "Disconnected")


async def test_a_wrong_key_is_refused(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "wrong-key")
    await refused(device_client(endpoints, iothub, "wrong-key", key=IOTHUB_KEY))


async def test_an_unknown_device_is_refused(endpoints: Endpoints, iothub: Child) -> None:
    await refused(device_client(endpoints, iothub, "never-registered"))


async def test_a_disabled_device_is_refused_and_its_open_connection_dropped(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "disabled")
    async with connected(endpoints, iothub, "disabled") as client:
        manager.update_device_with_sas("disabled", "*", KEY, SECOND_KEY, "disabled")
        await until(lambda: not client.connected, "the connection to be dropped")
    await refused(device_client(endpoints, iothub, "disabled"))


def test_tokens_that_are_expired_or_for_something_else_are_refused(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "tokens")
    mine = f"{endpoints.host}/devices/tokens"
    later = time.time() + 3600
    assert mqtt_answer(endpoints, iothub, sas_token(mine, KEY, later)) == 0
    for token in [
        sas_token(mine, KEY, time.time() - 10),
        sas_token(f"{endpoints.host}/devices/other", KEY, later),
        sas_token("elsewhere.azure-devices.net/devices/tokens", KEY, later),
        sas_token(endpoints.host, IOTHUB_KEY, later, "iothubowner"),
    ]:
        assert mqtt_answer(endpoints, iothub, token) == 5
    assert mqtt_answer(endpoints, iothub, "not a token") == 4
    token = sas_token(mine, KEY, later)
    other = f"{endpoints.host}/other/?api-version=2021-04-12"
    assert mqtt_answer(endpoints, iothub, token, username=other) == 2
    for username in ("tokens", f"{endpoints.host}/tokens/", "elsewhere/tokens/?api-version=1"):
        assert mqtt_answer(endpoints, iothub, token, username=username) == 4


def mqtt_answer(
    endpoints: Endpoints,
    hub: Child,
    token: str,
    *,
    device_id: str = "tokens",
    username: str | None = None,
) -> int:
    """The return code of MQTT's CONNACK."""
    probe = MqttProbe(endpoints, hub, device_id, token, username=username)
    probe.close()
    return probe.code


async def test_a_connection_ends_with_its_token(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "expiring")
    token = sas_token(f"{endpoints.host}/devices/expiring", KEY, time.time() + 2)
    probe = MqttProbe(endpoints, iothub, "expiring", token)
    assert probe.code == 0
    await until(lambda: not probe.connected, "the connection to be dropped")


async def test_a_second_connection_drops_the_first(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "twice")
    async with (
        connected(endpoints, iothub, "twice") as first,
        connected(endpoints, iothub, "twice") as second,
    ):
        await until(lambda: not first.connected, "the first connection to be dropped")
        await second.send_message(message("{}"))
        assert second.connected
        assert manager.get_device("twice").connection_state == "Connected"


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


async def test_a_message_over_256_kib_ends_the_connection(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "large")
    token = sas_token(f"{endpoints.host}/devices/large", KEY, time.time() + 3600)
    probe = MqttProbe(endpoints, iothub, "large", token)
    probe.client.publish("devices/large/messages/events/", b"x" * 257 * 1024, qos=1)
    await until(lambda: not probe.connected, "the connection to be closed")


@pytest.mark.parametrize(
    ("topic", "qos"),
    [
        ("devices/neighbour/messages/events/", 1),
        ("devices/trespasser/messages/eventsandmore", 1),
        ("$iothub/methods/POST/reboot/?$rid=1", 0),
        ("anything", 0),
        ("devices/trespasser/messages/events/", 2),
        ("devices/trespasser/messages/events/%zz", 1),
        ("$iothub/methods/res/200", 0),
    ],
)
async def test_publishing_elsewhere_or_with_qos_2_ends_the_connection(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager, topic: str, qos: int
) -> None:
    if "trespasser" not in {device.device_id for device in manager.get_devices()}:
        register(manager, "trespasser")
    token = sas_token(f"{endpoints.host}/devices/trespasser", KEY, time.time() + 3600)
    probe = MqttProbe(endpoints, iothub, "trespasser", token)
    probe.client.publish(topic, b"{}", qos=qos)
    await until(lambda: not probe.connected, "the connection to be closed")


async def test_subscribing_elsewhere_is_refused(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "listener")
    token = sas_token(f"{endpoints.host}/devices/listener", KEY, time.time() + 3600)
    probe = MqttProbe(endpoints, iothub, "listener", token)
    granted: list[int] = []
    probe.client.on_subscribe = lambda _client, _data, _id, qos: granted.extend(qos)
    for topic in ("devices/other/messages/devicebound/#", "#", "$iothub/twin/res/#"):
        count = len(granted)
        probe.client.subscribe(topic, 1)
        await until(lambda count=count: len(granted) > count, "the answer")  # type: ignore[misc]
    assert granted == [128, 128, 1]
    probe.client.disconnect()


async def test_twin_get_report_and_desired_changes(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "twin")
    patches: list[dict[str, Any]] = []
    async with connected(endpoints, iothub, "twin") as client:
        client.on_twin_desired_properties_patch_received = patches.append
        assert await client.get_twin() == {"desired": {"$version": 1}, "reported": {"$version": 1}}
        await client.patch_twin_reported_properties({"load": 0.5, "old": 1, "in": {"a": 1, "b": 2}})
        await client.patch_twin_reported_properties({"old": None, "in": {"b": None}})
        wanted = TwinProperties(desired={"allocation": {"task-1": 0.4}, "rate": 2})
        await asyncio.to_thread(manager.update_twin, "twin", Twin(properties=wanted), "*")
        await until(lambda: len(patches) == 1, "the patch")
        twin = await client.get_twin()
    assert patches == [{"allocation": {"task-1": 0.4}, "rate": 2, "$version": 2}]
    assert twin["reported"] == {"load": 0.5, "in": {"a": 1}, "$version": 3}
    assert twin["desired"] == {"allocation": {"task-1": 0.4}, "rate": 2, "$version": 2}
    assert manager.get_twin("twin").properties.reported["load"] == 0.5


async def test_direct_methods(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "methods")
    async with connected(endpoints, iothub, "methods") as client:

        async def answer(request: MethodRequest) -> None:
            payload = {"name": request.name, "got": request.payload}
            await client.send_method_response(
                MethodResponse.create_from_method_request(request, 207, payload)
            )

        client.on_method_request_received = answer
        call = CloudToDeviceMethod(method_name="re boot", payload={"delay": 3})
        await until_subscribed(manager, "methods", call)
        result = await asyncio.to_thread(manager.invoke_device_method, "methods", call)
    assert result.status == 207
    assert result.payload == {"name": "re boot", "got": {"delay": 3}}


async def until_subscribed(
    manager: IoTHubRegistryManager, device_id: str, call: CloudToDeviceMethod
) -> None:
    """Setting a handler subscribes in the background."""
    for _ in range(100):
        try:
            await asyncio.to_thread(manager.invoke_device_method, device_id, call)
        except HttpOperationError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError(f"{device_id} does not listen for methods")


async def test_methods_of_devices_that_are_away_or_silent(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "silent")
    call = CloudToDeviceMethod(method_name="reboot", response_timeout_in_seconds=5)
    with pytest.raises(HttpOperationError) as away:
        await asyncio.to_thread(manager.invoke_device_method, "silent", call)
    assert away.value.response.status_code == 404
    assert "404103" in away.value.response.text
    async with connected(endpoints, iothub, "silent") as client:

        async def ignore(_request: MethodRequest) -> None:
            return None

        client.on_method_request_received = ignore
        await until_timed_out(manager, call)


async def until_timed_out(manager: IoTHubRegistryManager, call: CloudToDeviceMethod) -> None:
    for _ in range(100):
        with pytest.raises(HttpOperationError) as silent:
            await asyncio.to_thread(manager.invoke_device_method, "silent", call)
        if silent.value.response.status_code != 404:
            break
        await asyncio.sleep(0.05)
    assert silent.value.response.status_code == 504
    assert "504101" in silent.value.response.text


async def test_cloud_to_device_messages_wait_for_the_device_and_its_acknowledgement(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "commands")
    messages: list[Message] = []
    for n in range(3):
        assert send_command(endpoints, iothub, "commands", str(n)).status_code == 200
    assert manager.get_device("commands").cloud_to_device_message_count == 3
    async with connected(endpoints, iothub, "commands") as client:
        client.on_message_received = messages.append
        await until(lambda: len(messages) == 3, "the messages")
        send_command(endpoints, iothub, "commands", "3")
        await until(lambda: len(messages) == 4, "the fourth message")
        await until(
            lambda: manager.get_device("commands").cloud_to_device_message_count == 0,
            "the acknowledgements",
        )
    assert [one.data for one in messages] == [b"0", b"1", b"2", b"3"]
    assert messages[0].custom_properties == {"colour": "red & blue"}
    assert messages[0].message_id == "id-0"
    assert messages[0].content_type == "text/plain"


def send_command(endpoints: Endpoints, hub: Child, device_id: str, body: str) -> requests.Response:
    host = f"{endpoints.host}:{endpoints.iothub}"
    return requests.post(
        f"https://{host}/devices/{device_id}/messages/devicebound?api-version=2021-04-12",
        data=body,
        headers={
            "Authorization": sas_token(host, IOTHUB_KEY, time.time() + 60, "iothubowner"),
            "IoTHub-MessageId": f"id-{body}",
            "IoTHub-app-colour": "red & blue",
            "Content-Type": "text/plain",
        },
        verify=hub.ready["ca"],
        timeout=10,
    )


def test_the_queue_of_commands_is_bounded_and_can_be_purged(
    endpoints: Endpoints, iothub: Child, manager: IoTHubRegistryManager
) -> None:
    register(manager, "flooded")
    for n in range(50):
        assert send_command(endpoints, iothub, "flooded", str(n)).status_code == 200
    full = send_command(endpoints, iothub, "flooded", "50")
    assert full.status_code == 403
    assert "DeviceMaximumQueueDepthExceeded" in full.text
    purged = manager.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue
    assert purged("flooded").total_messages_purged == 50
    assert manager.get_device("flooded").cloud_to_device_message_count == 0
