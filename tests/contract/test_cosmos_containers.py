"""Databases and containers through the official SDK, time to live, and what is lacking."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from azure.cosmos import CosmosClient, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)
from azure.cosmos.scripts import ScriptsProxy

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import async_client, client, found, fresh_container, reading
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def connected(cosmos: Child, endpoints: Endpoints) -> Iterator[CosmosClient]:
    with client(endpoints) as opened:
        yield opened


@pytest.fixture
def database(connected: CosmosClient) -> DatabaseProxy:
    return connected.create_database(f"db-{uuid.uuid4().hex[:8]}")


def test_databases_are_created_listed_queried_and_deleted(connected: CosmosClient) -> None:
    created = connected.create_database("listed")
    assert connected.create_database_if_not_exists("listed").id == created.id
    with pytest.raises(CosmosResourceExistsError):
        connected.create_database("listed")
    assert "listed" in [one["id"] for one in connected.list_databases()]
    query = "SELECT * FROM root r WHERE r.id = @id"
    named = connected.query_databases(query, parameters=[{"name": "@id", "value": "listed"}])
    assert [one["id"] for one in named] == ["listed"]
    created.create_container("inside", PartitionKey("/id"))
    connected.delete_database("listed")
    with pytest.raises(CosmosResourceNotFoundError):
        created.read()
    again = connected.create_database("listed")
    assert list(again.list_containers()) == []


def test_a_container_keeps_its_definition(database: DatabaseProxy) -> None:
    policy = {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/t/?"}],
        "excludedPaths": [{"path": "/*"}],
    }
    container = database.create_container(
        "kept", PartitionKey("/deviceId"), indexing_policy=policy, default_ttl=60
    )
    properties = container.read()
    assert properties["indexingPolicy"] == policy
    assert properties["defaultTtl"] == 60
    assert properties["partitionKey"] == {"paths": ["/deviceId"], "kind": "Hash", "version": 2}
    assert [one["id"] for one in database.list_containers()] == ["kept"]
    brief = database.query_containers("SELECT VALUE r.id FROM r WHERE r.defaultTtl = 60")
    assert found(brief) == ["kept"]
    replaced = database.replace_container("kept", PartitionKey("/deviceId"), default_ttl=5)
    assert replaced.read()["defaultTtl"] == 5
    with pytest.raises(CosmosHttpResponseError, match="cannot change"):
        database.replace_container("kept", PartitionKey("/other"))
    database.delete_container("kept")
    with pytest.raises(CosmosResourceNotFoundError):
        container.read()


def test_what_is_not_there_is_not_found(database: DatabaseProxy) -> None:
    nowhere = database.get_container_client("nowhere")
    with pytest.raises(CosmosResourceNotFoundError):
        nowhere.upsert_item(reading(1))
    with pytest.raises(CosmosResourceNotFoundError):
        list(nowhere.query_items("SELECT * FROM c", partition_key="d1"))


def test_a_container_made_anew_is_empty_and_found_by_old_clients(
    database: DatabaseProxy, endpoints: Endpoints
) -> None:
    container = fresh_container(database)
    container.create_item(reading(1))
    with client(endpoints) as other:
        recreating = other.get_database_client(database.id)
        recreating.delete_container(container.id)
        recreating.create_container(container.id, PartitionKey("/deviceId"))
    assert container.create_item(reading(1))["seq"] == 1
    assert len(list(container.read_all_items())) == 1


def test_expired_documents_are_gone_at_once(database: DatabaseProxy) -> None:
    container = fresh_container(database, ttl_s=1)
    container.create_item(reading(1))
    container.create_item(reading(2, ttl=-1))
    container.create_item(reading(3, ttl=600))
    count = "SELECT VALUE COUNT(1) FROM c"
    wait_until(lambda: found(container.query_items(count, partition_key="d1")) == [2])
    with pytest.raises(CosmosResourceNotFoundError):
        container.read_item("1", "d1")
    assert [one["id"] for one in container.query_items_change_feed(start_time="Beginning")] == [
        "2", "3",
    ]  # fmt: skip
    assert container.create_item(reading(1, again=True))["again"] is True


def test_a_new_default_applies_to_documents_that_are_there(database: DatabaseProxy) -> None:
    container = fresh_container(database)
    container.create_item(reading(1))
    container.create_item(reading(2, ttl=600))
    database.replace_container(container.id, PartitionKey("/deviceId"), default_ttl=1)
    wait_until(lambda: [one["id"] for one in container.read_all_items()] == ["2"])


async def test_the_asynchronous_client_manages_containers(
    cosmos: Child, endpoints: Endpoints
) -> None:
    async with async_client(endpoints) as opened:
        database = await opened.create_database_if_not_exists("asynchronous")
        container = await database.create_container_if_not_exists("c", PartitionKey("/deviceId"))
        assert (await container.read())["id"] == "c"
        assert len([one async for one in container.read_feed_ranges()]) == 1
        await opened.delete_database("asynchronous")
        with pytest.raises(CosmosResourceNotFoundError):
            await database.read()


def lacking_operations() -> dict[str, Callable[[DatabaseProxy], object]]:
    def scripts(database: DatabaseProxy) -> ScriptsProxy:
        return fresh_container(database).scripts

    return {
        "stored procedures": lambda d: list(scripts(d).list_stored_procedures()),
        "triggers": lambda d: list(scripts(d).list_triggers()),
        "functions": lambda d: list(scripts(d).list_user_defined_functions()),
        "users": lambda d: list(d.list_users()),
        "conflicts": lambda d: list(fresh_container(d).list_conflicts()),
        "throughput": lambda d: fresh_container(d).get_throughput(),
        "a trigger run": lambda d: fresh_container(d).create_item(
            reading(1), pre_trigger_include="t"
        ),
        "deletion by key": lambda d: fresh_container(d).delete_all_items_by_partition_key("d1"),
        "unique keys": lambda d: d.create_container(
            "u", PartitionKey("/a"), unique_key_policy={"uniqueKeys": [{"paths": ["/b"]}]}
        ),
    }


@pytest.mark.parametrize("name", lacking_operations())
def test_what_is_lacking_says_so(database: DatabaseProxy, name: str) -> None:
    with pytest.raises(CosmosHttpResponseError, match="not supported") as caught:
        lacking_operations()[name](database)
    assert caught.value.status_code == 501
