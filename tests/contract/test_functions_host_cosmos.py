"""The Cosmos DB trigger of the Functions host, against the Cosmos DB stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS, RecordingHost
from tests.waiting import wait_until

DATABASE = "shop"


@pytest.fixture(scope="module")
def things(endpoints: Endpoints, cosmos: Child) -> Iterator[ContainerProxy]:
    with CosmosClient.from_connection_string(endpoints.cosmos_connection) as client:
        database = client.create_database(DATABASE)
        yield database.create_container("things", PartitionKey("/kind"))


@pytest.fixture(scope="module")
def host(
    endpoints: Endpoints, state: Path, things: ContainerProxy, azurite: Child
) -> Iterator[RecordingHost]:
    host = RecordingHost(
        endpoints,
        state / "host",
        app=APPS / "feed",
        env={
            "AzureWebJobsStorage": endpoints.storage_connection,
            "COSMOS": endpoints.cosmos_connection,
            "DATABASE": DATABASE,
        },
    )
    things.upsert_item({"id": "before", "kind": "a"})
    host.child.start()
    yield host
    host.child.stop()


def _ids(host: RecordingHost, prefix: str = "") -> list[str]:
    return [one for record in host.records() for one in record["ids"] if one.startswith(prefix)]


def test_changes_from_before_the_start_are_seen(host: RecordingHost) -> None:
    wait_until(lambda: _ids(host, "before") == ["before"])


def test_change_is_a_document_as_stored(host: RecordingHost, things: ContainerProxy) -> None:
    things.upsert_item({"id": "shape", "kind": "a", "nested": {"values": [1, None, "ä"]}})
    wait_until(lambda: _ids(host, "shape") != [])
    (document,) = [
        one for record in host.records() for one in record["documents"] if one["id"] == "shape"
    ]
    assert document["nested"] == {"values": [1, None, "ä"]}
    assert document["_ts"] > 0


def test_many_changes_come_in_bounded_batches_each_once(
    host: RecordingHost, things: ContainerProxy
) -> None:
    sent = [f"many-{number:02}" for number in range(23)]
    for number, one in enumerate(sent):
        things.upsert_item({"id": one, "kind": f"kind-{number % 5}"})
    wait_until(lambda: set(_ids(host, "many-")) == set(sent))
    assert len(_ids(host, "many-")) == len(sent)
    assert max(len(record["ids"]) for record in host.records()) <= 5


def test_failing_batch_is_retried_then_passed(host: RecordingHost, things: ContainerProxy) -> None:
    host.fail(on=True)
    things.upsert_item({"id": "broken", "kind": "a"})
    wait_until(lambda: len(_ids(host, "broken")) == 2)
    host.fail(on=False)
    attempts = [record["retry"] for record in host.records() if "broken" in record["ids"]]
    assert attempts == [0, 1]
    things.upsert_item({"id": "mended", "kind": "a"})
    wait_until(lambda: _ids(host, "mended") == ["mended"])
    assert len(_ids(host, "broken")) == 2


def test_lease_is_kept_over_a_kill(host: RecordingHost, things: ContainerProxy) -> None:
    host.child.kill()
    things.upsert_item({"id": "killed", "kind": "b"})
    host.child.start()
    wait_until(lambda: _ids(host, "killed") == ["killed"])
    assert _ids(host, "shape") == ["shape"]
    assert len(_ids(host, "many-")) == 23


def test_database_goes_away_and_comes_back(
    host: RecordingHost, things: ContainerProxy, cosmos: Child
) -> None:
    said_before = len(host.log())
    cosmos.kill()
    wait_until(lambda: any("is away" in one["message"] for one in host.log()[said_before:]))
    cosmos.start()
    things.upsert_item({"id": "returned", "kind": "b"})
    wait_until(lambda: _ids(host, "returned") == ["returned"])
    said = [one["message"] for one in host.log()[said_before:]]
    assert sum("is away" in one for one in said) == 1
