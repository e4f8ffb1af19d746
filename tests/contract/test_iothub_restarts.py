"""What the IoT Hub stand-in keeps when it is killed, and how it starts and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.device.exceptions import ClientError
from azure.iot.hub.models import Twin, TwinProperties

from local import services
from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import ROOT, Child
from tests.contract.iothub_clients import (
    KEY,
    MqttProbe,
    Reception,
    connected,
    message,
    receiving,
    register,
    registry,
    sas_token,
    until,
)

MESSAGES = 300
IN_FLIGHT = 8
IN_ORDER, KILLED_AFTER = 2_000, 100


@pytest.fixture
def hub(endpoints: Endpoints, state: Path) -> Iterator[Child]:
    """A hub for one test, which may kill it; the state is that of the module."""
    child = services.make_iothub(endpoints, state)
    child.start()
    yield child
    child.stop()


async def test_a_kill_loses_nothing_that_the_device_sdk_was_told_is_sent(
    endpoints: Endpoints, hub: Child
) -> None:
    register(registry(endpoints, hub), "survivor")
    acknowledged: list[int] = []
    async with connected(endpoints, hub, "survivor", stays=True) as client:
        sending = asyncio.create_task(send_numbers(client, acknowledged))
        await until(lambda: len(acknowledged) > MESSAGES // 3, "a third of the messages")
        hub.kill()
        assert not sending.done()
        at_kill = set(acknowledged)
        await asyncio.to_thread(hub.start)
        await sending
    async with receiving(endpoints) as reception:
        await until(lambda: set(numbers(reception, "survivor")) == set(range(MESSAGES)), "all")
    assert at_kill < set(range(MESSAGES))


async def test_a_kill_reorders_nothing(endpoints: Endpoints, hub: Child) -> None:
    """The SDK hands messages over in no certain order, so a bare MQTT client sends these."""
    register(registry(endpoints, hub), "orderly")
    token = sas_token(f"{endpoints.host}/devices/orderly", KEY, time.time() + 3600)
    probe = MqttProbe(endpoints, hub, "orderly", token, stays=True)
    acknowledged: list[int] = []

    def note(_client: object, _data: object, message_id: int) -> None:
        acknowledged.append(message_id)
        if len(acknowledged) == KILLED_AFTER:
            hub.kill()  # in the middle of them, however quick the machine is

    probe.client.on_publish = note
    for number in range(IN_ORDER):
        probe.client.publish("devices/orderly/messages/events/", json.dumps(number), qos=1)
    await until(lambda: not hub.running, "the hub killed")
    assert len(acknowledged) < IN_ORDER
    await asyncio.to_thread(hub.start)
    await until(lambda: len(acknowledged) == IN_ORDER, "the rest")
    probe.close()
    async with receiving(endpoints) as reception:
        await until(lambda: len(set(numbers(reception, "orderly"))) == IN_ORDER, "all messages")
    first_arrivals = list(dict.fromkeys(numbers(reception, "orderly")))
    assert first_arrivals == list(range(IN_ORDER))


async def send_numbers(client: IoTHubDeviceClient, acknowledged: list[int]) -> None:
    left = iter(range(MESSAGES))

    async def one_after_the_other() -> None:
        for number in left:
            await send_surely(client, number)
            acknowledged.append(number)

    await asyncio.gather(*(one_after_the_other() for _ in range(IN_FLIGHT)))


async def send_surely(client: IoTHubDeviceClient, number: int) -> None:
    """Send until it is acknowledged: while the hub is away the SDK may raise instead of waiting."""
    for _ in range(50):
        with contextlib.suppress(ClientError):
            await client.send_message(message(json.dumps(number)))
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"message {number} was never acknowledged")


def numbers(reception: Reception, device_id: str) -> list[int]:
    return [int(event.body_as_str()) for event in reception.of(device_id)]


async def test_a_kill_keeps_devices_twins_sessions_and_the_authority(
    endpoints: Endpoints, hub: Child
) -> None:
    authority = read_authority(hub)
    manager = registry(endpoints, hub)
    register(manager, "keeper")
    manager.update_twin("keeper", Twin(tags={"siteId": "north"}), "*")
    identity = manager.get_device("keeper")
    patches: list[dict[str, Any]] = []
    async with connected(endpoints, hub, "keeper", stays=True) as client:
        client.on_twin_desired_properties_patch_received = patches.append
        await client.patch_twin_reported_properties({"reported": True})
        wanted = Twin(properties=TwinProperties(desired={"before": 1}))
        await asyncio.to_thread(manager.update_twin, "keeper", wanted, "*")
        await until(lambda: len(patches) == 1, "the patch before the kill")
        hub.kill()
        await until(lambda: not client.connected, "the device to notice")
        await asyncio.to_thread(hub.start)
        manager = registry(endpoints, hub)
        assert manager.get_device("keeper").etag == identity.etag
        twin = manager.get_twin("keeper")
        assert twin.tags == {"siteId": "north"}
        assert twin.properties.reported["reported"] is True
        await until(lambda: bool(client.connected), "the device to be back")
        wanted = Twin(properties=TwinProperties(desired={"after": 2}))
        await asyncio.to_thread(manager.update_twin, "keeper", wanted, "*")
        await until(lambda: len(patches) == 2, "the patch after the kill")
        assert (await client.get_twin())["desired"]["after"] == 2
    assert read_authority(hub) == authority


def read_authority(hub: Child) -> bytes:
    return Path(hub.ready["ca"]).read_bytes()


async def test_a_torn_record_is_cut_off(endpoints: Endpoints, state: Path) -> None:
    hub = services.make_iothub(endpoints, state)
    hub.start()
    register(registry(endpoints, hub), "torn")
    async with connected(endpoints, hub, "torn") as client:
        await client.send_message(message("1"))
        await client.send_message(message("2"))
    hub.stop()
    logs = sorted((state / "iothub" / "events").glob("*.log"))
    last_written = max(logs, key=lambda path: path.stat().st_mtime_ns)
    whole = last_written.stat().st_size
    with last_written.open("ab") as log:
        log.write(last_written.read_bytes()[-100:])
    with last_written.open("r+b") as log:
        log.truncate(whole + 60)
    hub.start()
    try:
        assert last_written.stat().st_size == whole
        assert "cut off 60 bytes" in hub.quote_log()
        async with connected(endpoints, hub, "torn") as client:
            await client.send_message(message("3"))
        async with receiving(endpoints) as reception:
            await until(lambda: len(reception.of("torn")) == 3, "the three")
    finally:
        hub.stop()
    assert [event.body_as_str() for event in reception.of("torn")] == ["1", "2", "3"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(hub: Child, how: signal.Signals) -> None:
    assert hub._process is not None
    hub._process.send_signal(how)
    assert hub.wait(within_s=10) == 0


def start_with(*flags: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    assert node is not None
    command = [node, str(ROOT / "local/standins/iothub/main.js"), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ([], "--state"),
        (["--state", "S"], "--key"),
        (["--state", "S", "--key", "not base64"], "--key"),
        (["--state", "S", "--key", IOTHUB_KEY, "--mqtt-port", "many"], "--mqtt-port"),
        (["--state", "S", "--key", IOTHUB_KEY, "--amqp-port", "65536"], "--amqp-port"),
        (["--state", "S", "--key", IOTHUB_KEY, "--event-hub", "a/b"], "--event-hub"),
        (["--state", "S", "--key", IOTHUB_KEY, "--enrich", "siteId"], "NAME=VALUE"),
        (["--state", "S", "--key", IOTHUB_KEY, "--enrich", "a=$twin.nowhere.x"], "$twin.nowhere"),
        (["--state", "S", "--key", IOTHUB_KEY, "--colour", "red"], "--colour"),
    ],
)
def test_bad_flags(tmp_path: Path, flags: list[str], named: str) -> None:
    result = start_with(*[str(tmp_path / flag) if flag == "S" else flag for flag in flags])
    assert result.returncode == 2
    assert named in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken(endpoints: Endpoints, hub: Child, tmp_path: Path) -> None:
    result = start_with(
        "--state", str(tmp_path), "--key", IOTHUB_KEY, "--address", endpoints.address,
        "--mqtt-port", str(endpoints.mqtt),
    )  # fmt: skip
    assert result.returncode == 1
    assert f"cannot listen on {endpoints.address}:{endpoints.mqtt}: EADDRINUSE" in result.stderr


def test_a_server_certificate_is_made_again_for_another_address(
    endpoints: Endpoints, state: Path, hub: Child
) -> None:
    hub.stop()
    folder = Path(hub.ready["ca"]).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = services.make_iothub(Endpoints.free("127.0.0.2"), state)
    other.command[other.command.index("--mqtt-port") + 1] = "0"
    other.start()
    other.stop()
    changed = {path.name for path in folder.iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"server.pem", "server-key.pem"}
