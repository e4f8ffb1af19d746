"""Devices through azure-iot-device: who may connect, and what ends a connection."""

from __future__ import annotations

import time

import pytest
from azure.iot.device import exceptions
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.hub import IoTHubRegistryManager

from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import Child
from tests.contract.iothub_clients import (
    KEY,
    SECOND_KEY,
    MqttProbe,
    connected,
    device_client,
    message,
    register,
    sas_token,
    until,
)


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
