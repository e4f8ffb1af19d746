"""The change feed through the official SDK, in each of the ways it can be asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import async_client, client, fresh_container, reading


@pytest.fixture(scope="module")
def database(cosmos: Child, endpoints: Endpoints) -> Iterator[DatabaseProxy]:
    with client(endpoints) as connected:
        yield connected.create_database(f"feeds-{uuid.uuid4().hex[:6]}")


@pytest.fixture
def container(database: DatabaseProxy) -> ContainerProxy:
    filled = fresh_container(database)
    for number in range(6):
        filled.upsert_item(reading(number, f"d{number % 2}"))
    return filled


def read(container: ContainerProxy, **how: Any) -> tuple[list[str], str]:  # noqa: ANN401 - the SDK's own overloads
    """The ids of one read to its end, and the continuation to go on with."""
    ids = [str(document["id"]) for document in container.query_items_change_feed(**how)]
    return ids, str(container.client_connection.last_response_headers["etag"])


def test_from_the_beginning_each_documents_latest_version_in_the_order_of_writes(
    container: ContainerProxy,
) -> None:
    container.upsert_item(reading(1, "d1", more=1))
    container.delete_item("2", "d0")
    found = list(container.query_items_change_feed(start_time="Beginning"))
    assert [document["id"] for document in found] == ["0", "3", "4", "5", "1"]
    assert found[-1]["more"] == 1
    assert [document["_lsn"] for document in found] == sorted(d["_lsn"] for d in found)


def test_it_goes_on_where_it_ended(container: ContainerProxy) -> None:
    ids, continuation = read(container, start_time="Beginning", max_item_count=2)
    assert ids == ["0", "1", "2", "3", "4", "5"]
    ids, continuation = read(container, continuation=continuation)
    assert ids == []
    container.upsert_item(reading(7, "d1"))
    container.upsert_item(reading(0, "d0"))
    ids, continuation = read(container, continuation=continuation)
    assert ids == ["7", "0"]
    assert read(container, continuation=continuation)[0] == []


def test_now_gives_only_what_comes_later(container: ContainerProxy) -> None:
    ids, continuation = read(container, start_time="Now")
    assert ids == []
    container.upsert_item(reading(9, "d0"))
    assert read(container, continuation=continuation)[0] == ["9"]


@pytest.mark.parametrize(("shift_h", "count"), [(-1, 6), (1, 0)])
def test_from_a_point_in_time(container: ContainerProxy, shift_h: int, count: int) -> None:
    start = datetime.now(UTC) + timedelta(hours=shift_h)
    assert len(read(container, start_time=start)[0]) == count


def test_of_one_partition_key(container: ContainerProxy) -> None:
    ids, continuation = read(container, start_time="Beginning", partition_key="d1")
    assert ids == ["1", "3", "5"]
    container.upsert_item(reading(8, "d0"))
    container.upsert_item(reading(9, "d1"))
    assert read(container, continuation=continuation)[0] == ["9"]


def test_of_feed_ranges(container: ContainerProxy) -> None:
    (whole,) = container.read_feed_ranges()
    assert len(read(container, start_time="Beginning", feed_range=whole)[0]) == 6
    one = container.feed_range_from_partition_key("d0")
    assert read(container, start_time="Beginning", feed_range=one)[0] == ["0", "2", "4"]


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
def test_an_old_etag_continues_by_partition_key_range(container: ContainerProxy) -> None:
    ids, continuation = read(container, partition_key_range_id="0", is_start_from_beginning=True)
    assert len(ids) == 6
    container.upsert_item(reading(9, "d0"))
    again = read(container, partition_key_range_id="0", continuation=continuation)
    assert again[0] == ["9"]


def test_all_versions_and_deletes_are_lacking(container: ContainerProxy) -> None:
    with pytest.raises(CosmosHttpResponseError, match="not supported") as caught:
        read(container, mode="AllVersionsAndDeletes")
    assert caught.value.status_code == 501


async def test_the_asynchronous_client_reads_the_same(
    container: ContainerProxy, database: DatabaseProxy, endpoints: Endpoints
) -> None:
    async with async_client(endpoints) as connected:
        proxy = connected.get_database_client(database.id).get_container_client(container.id)
        feed = proxy.query_items_change_feed(start_time="Beginning", max_item_count=4)
        assert [document["id"] async for document in feed] == ["0", "1", "2", "3", "4", "5"]
        continuation = proxy.client_connection.last_response_headers["etag"]
        await proxy.upsert_item(reading(1, "d1"))
        later = proxy.query_items_change_feed(continuation=continuation)
        assert [document["id"] async for document in later] == ["1"]
