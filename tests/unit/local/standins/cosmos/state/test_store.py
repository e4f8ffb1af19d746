"""Time to live, atomic writes and indexes of the Cosmos DB stand-in, by a clock of our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import ConflictError, NotFoundError, TooLargeError
from local.standins.cosmos.routes import answer
from local.standins.cosmos.state.expiry import purge
from local.standins.cosmos.state.indexes import SMALL, Indexes
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.state.store import Store
from local.standins.cosmos.state.table import Table
from local.standins.cosmos.wire import Call

KEY = '["d1"]'


class Clock:
    """Seconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store(tmp_path / "cosmos.db", clock)
    yield opened
    opened.close()


def container_of(store: Store, ttl_s: int | None = None) -> Container:
    definition: dict[str, object] = {"id": "c", "partitionKey": {"paths": ["/deviceId"]}}
    if ttl_s is not None:
        definition["defaultTtl"] = ttl_s
    return store.create_container(store.create_database("db"), definition)


def document(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "deviceId": "d1", **more}


def rows_in(store: Store, container: Container) -> int:
    (count,) = store.connection.execute(f"SELECT count(*) FROM {container.table}").fetchone()
    return int(count)


@pytest.mark.parametrize(
    ("default_s", "own_s", "lives_s"),
    [(10, None, 10), (10, 3, 3), (10, -1, None), (-1, None, None), (-1, 5, 5), (None, 5, None)],
)
def test_time_to_live(
    store: Store, clock: Clock, default_s: int | None, own_s: int | None, lives_s: int | None
) -> None:
    container = container_of(store, default_s)
    own = {} if own_s is None else {"ttl": own_s}
    table = Table(store, container)
    table.insert(KEY, document("1", **own))
    start_s = clock.now_s
    clock.now_s = start_s + (lives_s or 1_000_000) - 0.1
    assert table.find(KEY, "1") is not None
    clock.now_s = start_s + (lives_s or 1_000_000) + 0.1
    assert (table.find(KEY, "1") is None) == (lives_s is not None)
    assert len(table.changes(0, [], 10)) == (lives_s is None)
    assert purge(store) == (lives_s is not None)
    assert rows_in(store, container) == (lives_s is None)


def test_an_expired_document_makes_way_for_a_new_one(store: Store, clock: Clock) -> None:
    table = Table(store, container_of(store, 10))
    first = table.insert(KEY, document("1"))
    clock.now_s += 11
    second = table.insert(KEY, document("1"))
    assert second.n > first.n
    assert table.find(KEY, "1") == second


def test_a_write_renews_the_time_to_live(store: Store, clock: Clock) -> None:
    table = Table(store, container_of(store, 10))
    first = table.insert(KEY, document("1"))
    clock.now_s += 9
    table.update(first, document("1"))
    clock.now_s += 9
    assert table.find(KEY, "1") is not None


def test_an_atomic_block_that_fails_leaves_nothing(store: Store) -> None:
    container = container_of(store)
    table = Table(store, container)
    table.insert(KEY, document("before"))

    def fail() -> None:
        with store.atomic():
            table.insert(KEY, document("within"))
            raise ConflictError("on purpose")

    with pytest.raises(ConflictError):
        fail()
    store.commit()
    assert [stored.id for stored in table.changes(0, [], 10)] == ["before"]


def test_a_document_too_large_is_not_written(store: Store) -> None:
    table = Table(store, container_of(store))
    with pytest.raises(TooLargeError):
        table.insert(KEY, document("1", pad="x" * 2**21))
    assert table.find(KEY, "1") is None


def test_a_commit_that_fails_takes_back_all_of_its_writes(store: Store) -> None:
    connection = store.connection
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    connection.execute(
        "CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
    )
    container = container_of(store)
    Table(store, container).insert(KEY, document("1"))
    store.commit()
    Table(store, container).insert(KEY, document("2"))
    store.create_database("later")
    store.write("INSERT INTO child VALUES (1)")  # a constraint that only the commit checks
    with pytest.raises(sqlite3.IntegrityError):
        store.commit()
    assert not store.is_dirty
    assert rows_in(store, container) == 1
    assert list(store.databases) == ["db"]
    assert Table(store, store.container("db", "c")).insert(KEY, document("2")).id == "2"


def test_numbers_are_never_used_again(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "cosmos.db", clock)
    table = Table(store, container_of(store))
    table.delete(table.insert(KEY, document("1")))
    last_lsn = store.container("db", "c").lsn
    store.close()
    again = Store(tmp_path / "cosmos.db", clock)
    stored = Table(again, again.container("db", "c")).insert(KEY, document("2"))
    assert stored.lsn == last_lsn + 1
    again.close()


def test_what_is_deleted_is_not_found(store: Store) -> None:
    container = container_of(store)
    store.delete_container(container)
    with pytest.raises(NotFoundError) as caught:
        store.container("db", "c")
    assert caught.value.substatus == 1003
    with pytest.raises(sqlite3.OperationalError):
        rows_in(store, container)


def query(context: Context, text: str) -> tuple[list[object], str | None]:
    body = orjson.dumps({"query": text})
    headers = {
        "x-ms-documentdb-isquery": "true",
        "x-ms-documentdb-query-enablecrosspartition": "true",
    }
    reply = answer(context, Call("POST", "/dbs/db/colls/c/docs", headers, body))
    assert reply.status == 200, reply.body
    return orjson.loads(reply.body)["Documents"], reply.headers.get("x-ms-continuation")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT TOP 3 VALUE c.t FROM c WHERE c.deviceId = 'd1' ORDER BY c.t DESC", "pk"),
        ("SELECT TOP 3 VALUE c.t FROM c ORDER BY c.t DESC", "CASE"),
    ],
)
def test_the_newest_come_from_an_index(store: Store, text: str, columns: str) -> None:
    container = container_of(store)
    table = Table(store, container)
    for number in range(SMALL + 10):
        table.insert(KEY, document(str(number), t=number))
    found, _ = query(Context(store, Indexes(store)), text)
    assert found == [SMALL + 9, SMALL + 8, SMALL + 7]
    rows = store.connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'container_1!_x%' "
        "ESCAPE '!'"
    ).fetchall()
    assert len(rows) == 1
    assert rows[0][0].partition("(")[2].startswith(columns)


def test_a_small_container_needs_no_index(store: Store) -> None:
    container = container_of(store)
    Table(store, container).insert(KEY, document("1", t=1))
    query(Context(store, Indexes(store)), "SELECT * FROM c ORDER BY c.t")
    (count,) = store.connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name LIKE '%!_x%' ESCAPE '!'"
    ).fetchone()
    assert count == 0
