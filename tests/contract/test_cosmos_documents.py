"""Single documents through the official SDK: writes, reads, etags, patches and their errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import client, fresh_container, reading


@pytest.fixture(scope="module")
def database(cosmos: Child, endpoints: Endpoints) -> Iterator[DatabaseProxy]:
    with client(endpoints) as connected:
        yield connected.create_database("documents")


@pytest.fixture
def container(database: DatabaseProxy) -> ContainerProxy:
    return fresh_container(database)


def test_a_document_is_created_read_replaced_and_deleted(container: ContainerProxy) -> None:
    created = container.create_item(reading(1, note="ünïcode €", deep={"a": [1, None, True]}))
    assert created["_rid"]
    assert created["_self"].endswith(f"docs/{created['_rid']}/")
    assert created["_ts"] > 1_700_000_000
    read = container.read_item("1", "d1")
    assert read == created
    replaced = container.replace_item(read, {**read, "seq": 2})
    assert (replaced["seq"], replaced["_rid"]) == (2, read["_rid"])
    assert replaced["_etag"] != read["_etag"]
    container.delete_item(replaced, "d1")
    with pytest.raises(CosmosResourceNotFoundError):
        container.read_item("1", "d1")


def test_headers_tell_charge_session_and_etag(container: ContainerProxy) -> None:
    headers = container.upsert_item(reading(1, pad="x" * 900)).get_response_headers()
    assert 5 < float(headers["x-ms-request-charge"]) < 12
    assert headers["x-ms-session-token"].startswith("0:")
    assert headers["x-ms-activity-id"]
    read = container.read_item("1", "d1")
    assert headers["etag"] == read["_etag"]
    assert float(read.get_response_headers()["x-ms-request-charge"]) < 2


def test_upsert_replaces_what_is_there(container: ContainerProxy) -> None:
    first = container.upsert_item(reading(1))
    second = container.upsert_item(reading(1, more=1))
    assert second["_rid"] == first["_rid"]
    assert container.read_item("1", "d1")["more"] == 1


def test_the_same_id_lives_in_several_partitions(container: ContainerProxy) -> None:
    container.create_item(reading(1, "d1"))
    container.create_item(reading(1, "d2", other=True))
    assert "other" not in container.read_item("1", "d1")
    assert container.read_item("1", "d2")["other"] is True


def test_a_second_creation_conflicts(container: ContainerProxy) -> None:
    container.create_item(reading(1))
    with pytest.raises(CosmosResourceExistsError):
        container.create_item(reading(1))


def test_a_write_may_want_no_answer(container: ContainerProxy) -> None:
    assert container.upsert_item(reading(1), no_response=True) == {}
    assert container.read_item("1", "d1")["seq"] == 1


def test_etags_guard_writes_and_save_reads(container: ContainerProxy) -> None:
    stale = container.create_item(reading(1))["_etag"]
    fresh = container.upsert_item(reading(1, more=1))["_etag"]
    guarded = {"etag": stale, "match_condition": MatchConditions.IfNotModified}
    with pytest.raises(CosmosAccessConditionFailedError):
        container.replace_item("1", reading(1), **guarded)
    with pytest.raises(CosmosAccessConditionFailedError):
        container.upsert_item(reading(1), **guarded)
    with pytest.raises(CosmosAccessConditionFailedError):
        container.delete_item("1", "d1", **guarded)
    with pytest.raises(CosmosAccessConditionFailedError):
        container.patch_item("1", "d1", [{"op": "incr", "path": "/seq", "value": 1}], **guarded)
    unchanged = container.read_item(
        "1", "d1", etag=fresh, match_condition=MatchConditions.IfModified
    )
    assert unchanged == {}
    guarded["etag"] = fresh
    assert container.replace_item("1", reading(1, more=2), **guarded)["more"] == 2


def test_of_racing_writers_one_wins(container: ContainerProxy) -> None:
    etag = container.create_item(reading(1))["_etag"]
    outcomes: list[str] = []

    def write(number: int) -> None:
        try:
            container.replace_item(
                "1", reading(1, writer=number),
                etag=etag, match_condition=MatchConditions.IfNotModified,
            )  # fmt: skip
            outcomes.append("won")
        except CosmosAccessConditionFailedError:
            outcomes.append("lost")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]


def test_patch_knows_every_operation(container: ContainerProxy) -> None:
    container.create_item(reading(1, a={"b": 1}, list=[1, 3], old=5, gone=1, n=1))
    patched = container.patch_item(
        "1",
        "d1",
        [
            {"op": "add", "path": "/list/1", "value": 2},
            {"op": "add", "path": "/list/-", "value": 4},
            {"op": "set", "path": "/a/c", "value": "new"},
            {"op": "replace", "path": "/a/b", "value": [9]},
            {"op": "remove", "path": "/gone"},
            {"op": "incr", "path": "/n", "value": 1.5},
            {"op": "incr", "path": "/fresh", "value": 2},
            {"op": "move", "from": "/old", "path": "/a/moved"},
        ],
    )
    expected = {"list": [1, 2, 3, 4], "a": {"b": [9], "c": "new", "moved": 5}, "n": 2.5, "fresh": 2}
    assert {name: patched[name] for name in expected} == expected
    assert {"gone", "old"}.isdisjoint(patched)


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"op": "replace", "path": "/nothing", "value": 1}, "does not exist"),
        ({"op": "remove", "path": "/nothing"}, "does not exist"),
        ({"op": "incr", "path": "/deviceId", "value": 1}, "number"),
        ({"op": "set", "path": "/deviceId", "value": "d2"}, "PartitionKey"),
        ({"op": "set", "path": "/id", "value": "2"}, "may not be patched"),
        ({"op": "set", "path": "/_ts", "value": 2}, "may not be patched"),
        ({"op": "set", "path": "seq", "value": 2}, "JSON pointer"),
        ({"op": "set", "path": "/a/b", "value": 2}, "does not exist"),
        ({"op": "twist", "path": "/seq", "value": 2}, "twist"),
    ],
)
def test_a_wrong_patch_changes_nothing(
    container: ContainerProxy, operation: dict[str, object], reason: str
) -> None:
    created = container.create_item(reading(1))
    good = {"op": "incr", "path": "/seq", "value": 1}
    with pytest.raises(CosmosHttpResponseError, match=reason) as caught:
        container.patch_item("1", "d1", [good, operation])
    assert caught.value.status_code == 400
    assert container.read_item("1", "d1") == created


def test_a_patch_may_have_a_condition(container: ContainerProxy) -> None:
    container.create_item(reading(1))
    increase = [{"op": "incr", "path": "/seq", "value": 1}]
    patched = container.patch_item("1", "d1", increase, filter_predicate="from c where c.seq = 1")
    assert patched["seq"] == 2
    with pytest.raises(CosmosAccessConditionFailedError):
        container.patch_item("1", "d1", increase, filter_predicate="from c where c.seq = 1")


@pytest.mark.parametrize(
    ("document", "status", "substatus"),
    [
        ({"id": "", "deviceId": "d1"}, 400, 0),
        ({"id": "1", "deviceId": ["d1"]}, 400, 0),
        ({"id": "1", "deviceId": "d1", "ttl": 0}, 400, 0),
        ({"id": "1", "deviceId": "d1", "ttl": "soon"}, 400, 0),
        ({"id": "1", "deviceId": "d1", "v": float("nan")}, 400, 0),
        ({"id": "1", "deviceId": "d1", "pad": "x" * (2 * 1024 * 1024)}, 413, 0),
    ],
)
def test_a_wrong_document_is_refused(
    container: ContainerProxy, document: dict[str, object], status: int, substatus: int
) -> None:
    with pytest.raises(CosmosHttpResponseError) as caught:
        container.upsert_item(document)
    assert (caught.value.status_code, caught.value.sub_status) == (status, substatus)
    assert list(container.read_all_items()) == []


def test_a_key_that_is_not_the_documents_is_refused(container: ContainerProxy) -> None:
    created = container.create_item(reading(1))
    with pytest.raises(CosmosHttpResponseError) as caught:
        container.client_connection.ReplaceItem(
            container.container_link + "/docs/1", {**created, "deviceId": "d2"},
            options={"partitionKey": "d1"},
        )  # fmt: skip
    assert (caught.value.status_code, caught.value.sub_status) == (400, 1001)


def test_documents_without_a_key_value_have_a_partition_of_their_own(
    container: ContainerProxy,
) -> None:
    container.create_item({"id": "1"})
    container.create_item({"id": "1", "deviceId": None})
    assert len(list(container.read_all_items())) == 2
    assert container.read_item("1", None)["id"] == "1"


def test_system_properties_are_the_servers(container: ContainerProxy) -> None:
    created = container.create_item(reading(1, _ts=1, _etag="mine", _custom=7))
    assert created["_ts"] > 1
    assert created["_etag"] != "mine"
    assert created["_custom"] == 7
