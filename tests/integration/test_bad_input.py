"""Bad messages through the real hub: each a dead letter with its reason, neighbours stored."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import pytest
from azure.cosmos import CosmosClient
from azure.iot.device import IoTHubDeviceClient
from azure.storage.blob import ContainerClient

from local.flags import make_parser
from local.letters import run
from local.prepare import DATABASE, PreparationError
from local.stack import Stack
from tests.integration.devices import connect_device, send_body
from tests.waiting import wait_until

DEVICE = "oven-1"
SECOND = 1_000


@pytest.fixture(scope="module")
def device(shared_stack: Stack) -> Iterator[IoTHubDeviceClient]:
    with connect_device(shared_stack, DEVICE) as client:
        yield client


def test_each_bad_message_is_kept_with_its_reason_and_its_neighbours_are_stored(
    shared_stack: Stack, device: IoTHubDeviceClient
) -> None:
    now = time.time_ns() // 1_000_000
    bad = _bad_bodies(now)
    for number, body in enumerate(bad.values()):
        send_body(device, _good(now, number))
        send_body(device, body)
    reasons: dict[str, str] = {}

    def all_kept() -> bool:
        reasons.clear()
        reasons.update(_dead_letters(shared_stack))
        return len(reasons) >= len(bad)

    wait_until(all_kept, within_s=30, what="every bad message a dead letter")
    assert reasons == {body: reason for reason, body in bad.items()}
    wait_until(
        lambda: _stored(shared_stack) == set(range(len(bad))),
        within_s=10,
        what="every good neighbour stored",
    )


def test_a_stranger_finds_reads_and_replays_them_as_the_document_says(
    shared_stack: Stack, capfd: pytest.CaptureFixture[str]
) -> None:
    """docs/operations.md, word for word."""
    listed = [json.loads(line) for line in _say(shared_stack, capfd, "list", "--device", DEVICE)]
    assert {letter["reason"] for letter in listed} == set(_bad_bodies(0))
    (found,) = (one for one in listed if one["reason"] == "unequal-lengths")
    (shown,) = _say(shared_stack, capfd, "show", found["id"])
    assert json.loads(shown)["text"].startswith("channel 'temperature_c' must list 2 values")
    (body,) = _say(shared_stack, capfd, "show", found["id"], "--body")
    assert json.loads(body)["channels"] == {"temperature_c": [180.0]}
    (replayed,) = _say(shared_stack, capfd, "replay", found["id"], code=1)
    assert json.loads(replayed)["outcome"] == "refused"
    with pytest.raises(PreparationError, match="400 there is no reason 'not-jsn'"):
        _say(shared_stack, capfd, "list", "--reason", "not-jsn")


def _say(stack: Stack, capfd: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[str]:
    """The lines that ``python -m local dead-letters`` prints of this stack."""
    capfd.readouterr()
    assert run(make_parser().parse_args(["dead-letters", *words]), stack.url) == code
    return capfd.readouterr().out.splitlines()


def _good(now: int, number: int) -> str:
    return _body(now - 600 * SECOND + number * SECOND, seq=number)


def _body(*times: int, seq: int = 900, **changes: object) -> str:
    body: dict[str, object] = {
        "schema": 1,
        "profile": "thermal",
        "seq": seq,
        "t": list(times),
        "channels": {"temperature_c": [180.0] * len(times)},
    }
    return json.dumps({**body, **changes})


def _bad_bodies(now: int) -> dict[str, str]:
    """One message for each reason."""
    return {
        "not-json": '{"schema": 1,',
        "wrong-schema": _body(now, schema=2),
        "unknown-profile": _body(now, profile="toaster"),
        "unknown-channel": _body(now, channels={"smell_ppm": [1.0]}),
        "unequal-lengths": _body(now - SECOND, now, channels={"temperature_c": [180.0]}),
        "time-not-increasing": _body(now, now - SECOND),
        "time-in-future": _body(now + 3_600 * SECOND),
        "foreign-device-id": _body(now, deviceId="oven-2"),
        "too-many-readings": _body(*range(now - 1_001, now)),
        "malformed": _body(now, seq=-1),
    }


def _dead_letters(stack: Stack) -> dict[str, str]:
    with ContainerClient.from_connection_string(
        stack.endpoints.storage_connection, "dead-letters"
    ) as container:
        kept = [
            json.loads(container.download_blob(name).readall())
            for name in container.list_blob_names()
        ]
    letters = [letter for letter in kept if letter.get("kind") == "message"]
    assert all(letter["deviceId"] == DEVICE for letter in letters)
    return {base64.b64decode(letter["body"]).decode(): letter["reason"] for letter in letters}


def _stored(stack: Stack) -> set[int]:
    with CosmosClient.from_connection_string(stack.endpoints.cosmos_connection) as client:
        readings = client.get_database_client(DATABASE).get_container_client("readings")
        found = readings.query_items("SELECT VALUE c.seq FROM c", partition_key=DEVICE)
        return set(found)
