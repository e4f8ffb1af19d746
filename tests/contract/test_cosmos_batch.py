"""Transactional batches through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.cosmos import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import async_client, client, found, fresh_container, reading


@pytest.fixture(scope="module")
def container(cosmos: Child, endpoints: Endpoints) -> Iterator[ContainerProxy]:
    with client(endpoints) as connected:
        yield fresh_container(connected.create_database("batches"))


def test_all_operations_take_place_in_order(container: ContainerProxy) -> None:
    etag = container.create_item(reading(1, "all"))["_etag"]
    results = container.execute_item_batch(
        [
            ("create", (reading(2, "all"),)),
            ("upsert", (reading(3, "all"),)),
            ("replace", ("1", reading(1, "all", more=1)), {"if_match_etag": etag}),
            ("patch", ("2", [{"op": "incr", "path": "/seq", "value": 5}])),
            ("read", ("2",)),
            ("delete", ("3",)),
        ],
        "all",
    )
    assert [result["statusCode"] for result in results] == [201, 201, 200, 200, 200, 204]
    assert results[4]["resourceBody"]["seq"] == 7
    assert results[2]["eTag"] == container.read_item("1", "all")["_etag"]
    left = container.query_items("SELECT VALUE c.id FROM c", partition_key="all")
    assert sorted(map(str, left)) == ["1", "2"]


def test_a_batch_may_want_no_bodies_back_but_those_it_reads(container: ContainerProxy) -> None:
    operations = [("create", (reading(1, "minimal"),)), ("read", ("1",))]
    created, read = container.execute_item_batch(operations, "minimal", no_response=True)
    assert "resourceBody" not in created
    assert read["resourceBody"]["_etag"] == created["eTag"]


@pytest.mark.parametrize(
    ("failing", "status"),
    [
        (("create", (reading(1, "atomic"),)), 409),
        (("read", ("nothing",)), 404),
        (("replace", ("1", reading(1, "atomic")), {"if_match_etag": '"stale"'}), 412),
        (("create", (reading(8, "elsewhere"),)), 400),
        (("create", ({"id": "8", "deviceId": "atomic", "ttl": 0},)), 400),
    ],
)
def test_one_failure_undoes_all(
    container: ContainerProxy, failing: tuple[str, tuple[Any, ...]], status: int
) -> None:
    before = container.upsert_item(reading(1, "atomic"))
    with pytest.raises(CosmosBatchOperationError) as caught:
        container.execute_item_batch(
            [
                ("create", (reading(9, "atomic"),)),
                ("upsert", (reading(1, "atomic", more=1),)),
                failing,
                ("delete", ("1",)),
            ],
            "atomic",
        )
    assert caught.value.status_code == status
    assert caught.value.error_index == 2
    codes = [result["statusCode"] for result in caught.value.operation_responses]
    assert codes == [424, 424, status, 424]
    everything = list(container.query_items("SELECT * FROM c", partition_key="atomic"))
    assert everything == [before]


def test_a_hundred_operations_fit_and_one_more_does_not(container: ContainerProxy) -> None:
    operations = [("upsert", (reading(number, "many"),)) for number in range(101)]
    with pytest.raises(CosmosHttpResponseError, match="100") as caught:
        container.execute_item_batch(operations, "many")
    assert caught.value.status_code == 400
    assert len(container.execute_item_batch(operations[:100], "many")) == 100
    count = container.query_items("SELECT VALUE COUNT(1) FROM c", partition_key="many")
    assert found(count) == [100]


def test_more_than_two_megabytes_are_refused(container: ContainerProxy) -> None:
    big = "x" * 700_000
    operations = [("upsert", (reading(number, "big", pad=big),)) for number in range(3)]
    with pytest.raises(CosmosHttpResponseError) as caught:
        container.execute_item_batch(operations, "big")
    assert caught.value.status_code == 413


async def test_the_asynchronous_client_does_the_same(
    container: ContainerProxy, endpoints: Endpoints
) -> None:
    async with async_client(endpoints) as connected:
        proxy = connected.get_database_client("batches").get_container_client(container.id)
        results = await proxy.execute_item_batch([("create", (reading(1, "async"),))], "async")
        assert results[0]["statusCode"] == 201
        with pytest.raises(CosmosBatchOperationError) as caught:
            await proxy.execute_item_batch([("create", (reading(1, "async"),))], "async")
        assert caught.value.status_code == 409
