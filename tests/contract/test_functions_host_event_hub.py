"""The Event Hubs trigger of the Functions host, against the hub stand-in and Azurite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.eventhub import EventData, EventHubProducerClient
from azure.iot.device import IoTHubDeviceClient, Message
from azure.iot.hub import IoTHubRegistryManager
from azure.storage.blob import ContainerClient

from local.endpoints import IOTHUB_KEY, Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS, RecordingHost
from tests.waiting import wait_until

HUB = "telemetry"


@pytest.fixture(scope="module")
def env(endpoints: Endpoints, iothub: Child, azurite: Child) -> dict[str, str]:
    return {
        "AzureWebJobsStorage": endpoints.storage_connection,
        "EVENTS": endpoints.eventhub_connection,
        "EVENT_HUB": HUB,
    }


@pytest.fixture(scope="module")
def host(endpoints: Endpoints, state: Path, env: dict[str, str]) -> Iterator[RecordingHost]:
    host = RecordingHost(endpoints, state / "host", app=APPS / "events", env=env)
    host.child.start()
    yield host
    host.child.stop()


@pytest.fixture(scope="module")
def checkpoints(endpoints: Endpoints, azurite: Child) -> Iterator[ContainerClient]:
    with ContainerClient.from_connection_string(
        endpoints.storage_connection, "azure-webjobs-eventhub"
    ) as container:
        yield container


def _send(endpoints: Endpoints, bodies: list[str], partition: str = "0") -> None:
    with EventHubProducerClient.from_connection_string(
        endpoints.eventhub_connection, eventhub_name=HUB
    ) as producer:
        events = producer.create_batch(partition_id=partition)
        for body in bodies:
            event = EventData(body)
            event.properties = {"kind": "test", "number": 3}
            events.add(event)
        producer.send_batch(events)


def _bodies(host: RecordingHost, prefix: str) -> list[str]:
    return [
        body
        for one in host.records(function="batch")
        for body in one["bodies"]
        if body.startswith(prefix)
    ]


def _wait_for_body(host: RecordingHost, body: str) -> None:
    wait_until(lambda: body in _bodies(host, body))


def _checkpoint(checkpoints: ContainerClient, endpoints: Endpoints, partition: str) -> int:
    name = f"{endpoints.host}/{HUB}/$default/checkpoint/{partition}"
    blob = checkpoints.get_blob_client(name)
    if not blob.exists():
        return -1
    return int(blob.get_blob_properties().metadata["sequencenumber"])


def test_events_arrive_in_order_with_their_metadata(
    host: RecordingHost, endpoints: Endpoints
) -> None:
    sent = [f"order-{number}" for number in range(120)]
    _send(endpoints, sent, "1")
    wait_until(lambda: len(_bodies(host, "order-")) >= len(sent))
    assert _bodies(host, "order-") == sent
    records = [one for one in host.records(function="batch") if one["partition"] == "1"]
    assert max(len(one["bodies"]) for one in records) <= 50
    for one in records:
        assert one["properties"] == [{"kind": "test", "number": 3}] * len(one["bodies"])
        assert [system["SequenceNumber"] for system in one["system"]] == one["numbers"]
        assert all(abs(moment - one["at"]) < 20 for moment in one["enqueued"])


def test_partitions_are_checkpointed_as_the_azure_sdks_do(
    host: RecordingHost, endpoints: Endpoints, checkpoints: ContainerClient
) -> None:
    _send(endpoints, ["checkpointed"], "2")
    wait_until(lambda: _bodies(host, "checkpointed") != [])
    (record,) = [one for one in host.records() if one["bodies"] == ["checkpointed"]]
    wait_until(lambda: _checkpoint(checkpoints, endpoints, "2") == record["numbers"][-1])
    name = f"{endpoints.host}/{HUB}/$default/checkpoint/2"
    metadata = checkpoints.get_blob_client(name).get_blob_properties().metadata
    assert metadata["offset"] == str(record["system"][-1]["Offset"])


def test_event_reaches_an_idle_function_soon(host: RecordingHost, endpoints: Endpoints) -> None:
    with EventHubProducerClient.from_connection_string(
        endpoints.eventhub_connection, eventhub_name=HUB
    ) as producer:
        producer.send_batch([EventData("opens the link")], partition_id="3")
        waits_s = []
        for number in range(10):
            body = f"soon-{number}"
            started = time.time()
            producer.send_batch([EventData(body)], partition_id="3")
            _wait_for_body(host, body)
            (record,) = [one for one in host.records() if body in one["bodies"]]
            waits_s.append(record["at"] - started)
    assert sorted(waits_s)[5] < 0.25, waits_s


def test_event_of_a_device_carries_its_id(
    host: RecordingHost, endpoints: Endpoints, iothub: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = Path(iothub.ready["ca"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
    registry = IoTHubRegistryManager.from_connection_string(endpoints.iothub_connection)
    registry.create_device_with_sas("pump-1", IOTHUB_KEY, IOTHUB_KEY, "enabled")
    device = IoTHubDeviceClient.create_from_connection_string(
        f"HostName={endpoints.host};DeviceId=pump-1;SharedAccessKey={IOTHUB_KEY}",
        server_verification_cert=ca.read_text(encoding="utf-8"),
    )
    device.connect()
    message = Message('{"from": "device"}')  # type: ignore[no-untyped-call]  # not annotated there
    message.content_type, message.content_encoding = "application/json", "utf-8"
    message.custom_properties["colour"] = "red"
    device.send_message(message)
    device.shutdown()
    wait_until(lambda: _bodies(host, '{"from"') != [])
    (record,) = [one for one in host.records() if '{"from": "device"}' in one["bodies"]]
    assert record["devices"] == ["pump-1"]
    assert record["properties"][0]["colour"] == "red"
    assert record["system"][0]["content-type"] == "application/json"


def test_failing_batch_is_retried_then_checkpointed(
    host: RecordingHost, endpoints: Endpoints, checkpoints: ContainerClient
) -> None:
    host.fail(on=True)
    _send(endpoints, ["broken"], "0")
    wait_until(lambda: len(_bodies(host, "broken")) >= 3)
    host.fail(on=False)
    attempts = [one for one in host.records() if one["bodies"] == ["broken"]]
    assert [one["retry"] for one in attempts] == [0, 1, 2]
    wait_until(lambda: _checkpoint(checkpoints, endpoints, "0") == attempts[0]["numbers"][0])
    _send(endpoints, ["mended"], "0")
    wait_until(lambda: _bodies(host, "mended") == ["mended"])
    assert len(_bodies(host, "broken")) == 3


def test_nothing_is_lost_when_the_host_is_killed(host: RecordingHost, endpoints: Endpoints) -> None:
    host.child.stop()
    host.child.env["HOLD_S"] = "60"
    host.child.start()
    _send(endpoints, ["killed-within"], "0")
    _wait_for_body(host, "killed-within")
    host.child.kill()
    while_away = [f"killed-{number}" for number in range(80)]
    _send(endpoints, while_away, "0")
    host.child.env["HOLD_S"] = "0"
    host.child.start()
    wait_until(lambda: set(_bodies(host, "killed-")) >= set(while_away))
    # The batch that was cut off comes again; what was checkpointed before it does not.
    assert _bodies(host, "killed-") == ["killed-within", "killed-within", *while_away]
    assert len(_bodies(host, "order-")) == 120


def test_batch_that_runs_is_ended_when_the_host_stops(
    host: RecordingHost, endpoints: Endpoints, checkpoints: ContainerClient
) -> None:
    host.child.stop()
    host.child.env["HOLD_S"] = "1"
    host.child.start()
    _send(endpoints, ["ended"], "2")
    _wait_for_body(host, "ended")
    (record,) = [one for one in host.records() if "ended" in one["bodies"]]
    assert host.child.stop() == 0
    assert _checkpoint(checkpoints, endpoints, "2") == record["numbers"][-1]
    host.child.env["HOLD_S"] = "0"
    host.child.start()
    _send(endpoints, ["afterwards"], "2")
    _wait_for_body(host, "afterwards")
    assert len(_bodies(host, "ended")) == 1


def test_storage_goes_away_and_comes_back(
    host: RecordingHost, endpoints: Endpoints, azurite: Child, checkpoints: ContainerClient
) -> None:
    azurite.kill()
    _send(endpoints, ["unstored"], "3")
    _wait_for_body(host, "unstored")
    azurite.start()
    (record,) = [one for one in host.records() if "unstored" in one["bodies"]]
    wait_until(lambda: _checkpoint(checkpoints, endpoints, "3") == record["numbers"][-1])


def test_hub_goes_away_and_comes_back(
    host: RecordingHost, endpoints: Endpoints, iothub: Child
) -> None:
    said_before = len(host.log())
    iothub.kill()
    wait_until(lambda: any("is away" in one["message"] for one in host.log()[said_before:]))
    iothub.start()
    _send(endpoints, ["after-return"], "1")
    wait_until(lambda: _bodies(host, "after-return") != [])
    said = [one["message"] for one in host.log()[said_before:]]
    assert sum("is away" in one for one in said) == 1
    assert sum("is reached" in one for one in said) == 1
    assert _bodies(host, "after-return") == ["after-return"]
