"""Queries through the official SDK: with and without a partition key, sync and async, paged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.cosmos_clients import async_client, client, found, fresh_container, reading

DEVICES = 5
EACH = 240  # enough in all that indexes are made


@pytest.fixture(scope="module")
def database(cosmos: Child, endpoints: Endpoints) -> Iterator[DatabaseProxy]:
    with client(endpoints) as connected:
        yield connected.create_database("queries")


@pytest.fixture(scope="module")
def container(database: DatabaseProxy) -> ContainerProxy:
    """EACH documents a device: ``lastT`` grows with ``seq``, ``v`` is ``seq`` modulo 7."""
    filled = fresh_container(database)
    for device in range(DEVICES):
        name = f"d{device}"
        documents = [
            reading(
                seq, name,
                lastT=1000 + seq * 10, v=seq % 7, even=seq % 2 == 0, tags=[f"t{seq % 3}", "all"],
            )
            for seq in range(EACH)
        ]  # fmt: skip
        for start in range(0, EACH, 80):
            batch = [("create", (document,)) for document in documents[start : start + 80]]
            filled.execute_item_batch(batch, name)
    return filled


EVERYWHERE = [
    ("SELECT VALUE COUNT(1) FROM c", [DEVICES * EACH]),
    ("SELECT COUNT(1) AS n FROM c WHERE c.even", [{"n": DEVICES * EACH // 2}]),
    ("SELECT VALUE COUNT(1) FROM c WHERE c.v = 6", [DEVICES * 34]),
    ("SELECT VALUE SUM(c.v) FROM c WHERE c.seq < 7", [DEVICES * 21]),
    ("SELECT VALUE AVG(c.v) FROM c WHERE c.seq < 7", [3.0]),
    ("SELECT VALUE MIN(c.lastT) FROM c", [1000]),
    ("SELECT VALUE MAX(c.lastT) FROM c", [1000 + (EACH - 1) * 10]),
    (
        "SELECT c.v, COUNT(1) AS n FROM c WHERE c.seq < 9 GROUP BY c.v",
        [{"v": v, "n": DEVICES * (2 if v < 2 else 1)} for v in range(7)],
    ),
    ("SELECT DISTINCT VALUE c.v FROM c WHERE c.v < 3 ORDER BY c.v DESC", [2, 1, 0]),
    ("SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags WHERE c.seq = 1", ["t1", "all"]),
    (
        "SELECT TOP 3 c.deviceId, c.seq FROM c ORDER BY c.lastT DESC, c.deviceId ASC",
        [{"deviceId": f"d{n}", "seq": EACH - 1} for n in range(3)],
    ),
    (
        "SELECT VALUE c.deviceId FROM c WHERE c.seq = 3 ORDER BY c.deviceId OFFSET 2 LIMIT 2",
        ["d2", "d3"],
    ),
    ("SELECT VALUE {'s': c.seq, l: [c.v]} FROM c WHERE c.id = '8' AND c.deviceId = 'd1'",
     [{"s": 8, "l": [1]}]),
    ("SELECT VALUE c.seq FROM c WHERE c.deviceId = 'd2' AND c.lastT BETWEEN 1000 AND 1020",
     [0, 1, 2]),
    ("SELECT VALUE COUNT(1) FROM c WHERE STARTSWITH(c.deviceId, 'd') AND NOT c.even",
     [DEVICES * EACH // 2]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "results"), EVERYWHERE)
def test_across_partitions(container: ContainerProxy, query: str, results: list[object]) -> None:
    assert found(container.query_items(query, enable_cross_partition_query=True)) == results


async def test_across_partitions_with_the_asynchronous_client(
    container: ContainerProxy, database: DatabaseProxy, endpoints: Endpoints
) -> None:
    async with async_client(endpoints) as connected:
        proxy = connected.get_database_client(database.id).get_container_client(container.id)
        for query, results in EVERYWHERE:
            assert [one async for one in proxy.query_items(query)] == results, query


@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("SELECT VALUE COUNT(1) FROM c", [EACH]),
        ("SELECT VALUE AVG(c.v) FROM c WHERE c.seq < 7", [3.0]),
        ("SELECT TOP @n VALUE c.seq FROM c WHERE c.deviceId = @id ORDER BY c.lastT DESC",
         [EACH - 1, EACH - 2]),
        ("SELECT VALUE c.seq FROM c WHERE c.deviceId = 'another'", []),
        ("SELECT VALUE c.seq FROM c WHERE c.lastT >= 1010 AND c.lastT < @end ORDER BY c.lastT",
         [1, 2, 3]),
        ("SELECT VALUE c.seq FROM c WHERE c.v = 6 AND c.lastT < 1200 ORDER BY c.lastT DESC",
         [13, 6]),
        ("SELECT c.even, MAX(c.seq) AS last FROM c GROUP BY c.even",
         [{"even": True, "last": EACH - 2}, {"even": False, "last": EACH - 1}]),
    ],
)  # fmt: skip
def test_within_a_partition(container: ContainerProxy, query: str, results: list[object]) -> None:
    parameters: list[dict[str, object]] = [
        {"name": "@n", "value": 2}, {"name": "@id", "value": "d1"}, {"name": "@end", "value": 1040},
    ]  # fmt: skip
    pages = container.query_items(query, parameters=parameters, partition_key="d1")
    assert found(pages) == results


@pytest.mark.parametrize(
    "query",
    [
        "SELECT VALUE c.seq FROM c",
        "SELECT VALUE c.seq FROM c WHERE c.even",
        "SELECT VALUE c.seq FROM c ORDER BY c.v DESC, c.lastT",
        "SELECT VALUE c.seq FROM c WHERE CONTAINS(c.tags[0], '1') ORDER BY c.v",
        "SELECT TOP 37 VALUE c.seq FROM c ORDER BY c.lastT",
        "SELECT VALUE c.seq FROM c ORDER BY c.lastT OFFSET 5 LIMIT 31",
        "SELECT DISTINCT VALUE c.v FROM c",
        "SELECT c.v, COUNT(1) AS n FROM c GROUP BY c.v",
        "SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.v = 1",
    ],
)
def test_pages_together_are_the_whole(container: ContainerProxy, query: str) -> None:
    whole = found(container.query_items(query, partition_key="d3", max_item_count=-1))
    pages: list[list[object]] = []
    token = None
    while token or not pages:
        query_pages = container.query_items(query, partition_key="d3", max_item_count=10)
        pager: Any = query_pages.by_page(token)  # annotated without its continuation_token
        pages.append(list(next(pager)))
        token = pager.continuation_token
    assert [one for page in pages for one in page] == whole
    assert max(map(len, pages)) <= 10
    assert len(whole) > 3


def test_a_page_goes_on_by_value_when_documents_come_and_go(database: DatabaseProxy) -> None:
    container = fresh_container(database)
    for seq in range(0, 10, 2):
        container.create_item(reading(seq))
    query = "SELECT VALUE c.seq FROM c ORDER BY c.seq DESC"
    pager = container.query_items(query, partition_key="d1", max_item_count=2).by_page()
    assert found(next(pager)) == [8, 6]
    container.create_item(reading(9))
    container.delete_item("6", "d1")
    assert [found(page) for page in pager] == [[4, 2], [0]]


def test_a_token_of_another_query_is_refused(container: ContainerProxy) -> None:
    first = container.query_items("SELECT * FROM c", partition_key="d1", max_item_count=5)
    pager: Any = first.by_page()
    next(pager)
    other = container.query_items("SELECT VALUE c.id FROM c", partition_key="d1", max_item_count=5)
    with pytest.raises(CosmosHttpResponseError, match="another query"):
        next(other.by_page(pager.continuation_token))


def test_feed_ranges_narrow_a_query(container: ContainerProxy) -> None:
    one = container.feed_range_from_partition_key("d2")
    count = container.query_items("SELECT VALUE COUNT(1) FROM c", feed_range=one)
    assert found(count) == [EACH]


def test_everything_is_read_page_by_page(container: ContainerProxy) -> None:
    assert len(list(container.read_all_items(max_item_count=500))) == DEVICES * EACH


def test_several_items_are_read_at_once(container: ContainerProxy) -> None:
    wanted = [(str(seq), f"d{seq % 2}") for seq in range(60)]
    items = container.read_items(items=wanted)
    assert [(item["id"], item["deviceId"]) for item in items] == wanted


def test_a_query_over_all_partitions_must_say_so(container: ContainerProxy) -> None:
    with pytest.raises(CosmosHttpResponseError, match="Cross partition query is required"):
        found(container.query_items("SELECT * FROM c"))
    pinned = "SELECT VALUE COUNT(1) FROM c WHERE c.deviceId = 'd1'"
    assert found(container.query_items(pinned)) == [EACH]


@pytest.mark.parametrize(
    ("query", "status", "part"),
    [
        ("SELECT * FROM c WHERE c.a = ", 400, "Syntax error"),
        ("SELECT * FROM c WHERE x.a = 1", 400, "could not be resolved"),
        ("SELECT * FROM c WHERE c.a = @nobody", 400, "@nobody"),
        ("SELECT * FROM c WHERE " + " + ".join("1" * 3000) + " = 1", 400, "too complex"),
        ("SELECT VALUE ST_DISTANCE(c.a, c.b) FROM c", 501, "ST_DISTANCE"),
        ("SELECT VALUE udf.mine(c) FROM c", 501, "User-defined"),
    ],
)
def test_a_wrong_query_says_why(
    container: ContainerProxy, query: str, status: int, part: str
) -> None:
    with pytest.raises(CosmosHttpResponseError, match=part) as caught:
        found(container.query_items(query, partition_key="d1"))
    assert caught.value.status_code == status


def test_a_plan_leaves_everything_to_the_server(container: ContainerProxy) -> None:
    plan: Any = container.client_connection._GetQueryPlanThroughGateway(
        "SELECT VALUE COUNT(1) FROM c", container.container_link
    )
    assert plan["queryInfo"]["aggregates"] == []
    assert plan["queryInfo"]["hasSelectValue"] is True
    assert [(one["min"], one["max"]) for one in plan["queryRanges"]] == [("", "FF")]


def test_hierarchical_keys_are_queried_whole_and_by_prefix(database: DatabaseProxy) -> None:

    key = PartitionKey(["/site", "/device"], kind="MultiHash")
    container = database.create_container("hierarchical", key)
    for site in "ab":
        for device in "xy":
            container.create_item({"id": "1", "site": site, "device": device})
    assert container.read_item("1", ["a", "x"])["device"] == "x"
    query = "SELECT VALUE c.device FROM c ORDER BY c.device"
    assert found(container.query_items(query, partition_key=["a", "y"])) == ["y"]
    assert found(container.query_items(query, partition_key=["a"])) == ["x", "y"]
