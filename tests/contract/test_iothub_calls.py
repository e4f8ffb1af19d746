"""Devices through azure-iot-device: what they are told, by twins, methods and commands."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import requests
from azure.iot.device import Message, MethodRequest, MethodResponse
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties
from msrest.exceptions import HttpOperationError

from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import Child
from tests.contract.iothub_clients import connected, register, sas_token, until


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
