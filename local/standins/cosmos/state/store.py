"""The SQLite database behind the stand-in: its transactions and its catalogue.

Everything runs on one thread. The first write opens a transaction, later ones join it, and
``commit`` ends it; nobody is answered before that, so what was acknowledged is on disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from local.standins.cosmos.errors import OWNER_NOT_FOUND, ConflictError, NotFoundError
from local.standins.cosmos.state.resources import Container, Database
from local.standins.cosmos.state.schema import CATALOGUE, CONTAINER

Clock = Callable[[], float]

# A commit is written to the log but not synced: it survives a killed process, not a power cut.
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA wal_autocheckpoint = 4000",
)


class Store:
    """``clock`` gives seconds since the epoch."""

    def __init__(self, path: Path, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.clock = clock
        self.connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        for pragma in _PRAGMAS:
            self.connection.execute(pragma)
        self.connection.executescript(CATALOGUE)
        self.databases: dict[str, Database] = {}
        self._written: set[int] = set()
        self._load()

    @property
    def now_s(self) -> int:
        return int(self.clock())

    @property
    def is_dirty(self) -> bool:
        """Whether a transaction waits for its commit."""
        return self.connection.in_transaction

    def write(self, sql: str, arguments: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Run a statement that changes something, in the open transaction."""
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")
        return self.connection.execute(sql, arguments)

    def next_lsn(self, container: Container) -> int:
        self._written.add(container.number)
        return container.next_lsn()

    def commit(self) -> None:
        """Write everything that waits. Raises sqlite3.Error with nothing of it written."""
        if not self.connection.in_transaction:
            return
        try:
            for container in self.containers():
                if container.number in self._written:
                    self.write(
                        "UPDATE containers SET lsn = ? WHERE number = ?",
                        (container.lsn, container.number),
                    )
            self.connection.execute("COMMIT")
        except sqlite3.Error:
            self.roll_back()
            raise
        finally:
            self._written.clear()

    def roll_back(self) -> None:
        """Give up everything that waits for its commit."""
        self.connection.rollback()
        self._written.clear()
        self._load()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All of the block's writes or none."""
        self.write("SAVEPOINT atomic")
        try:
            yield
        except BaseException:
            self.write("ROLLBACK TO atomic")
            raise
        finally:
            self.write("RELEASE atomic")

    def close(self) -> None:
        self.commit()
        self.connection.close()

    def containers(self) -> Iterator[Container]:
        for database in self.databases.values():
            yield from database.containers.values()

    def database(self, name: str) -> Database:
        """By id or by resource id."""
        found = self.databases.get(name) or next(
            (database for database in self.databases.values() if database.rid == name), None
        )
        if found is None:
            raise NotFoundError(f"The database {name!r} does not exist.")
        return found

    def container(self, database: str, name: str) -> Container:
        """By id or by resource id."""
        containers = self.database(database).containers
        found = containers.get(name) or next(
            (container for container in containers.values() if container.rid == name), None
        )
        if found is None:
            raise NotFoundError(
                f"The container {name!r} does not exist in {database!r}.",
                substatus=OWNER_NOT_FOUND,
            )
        return found

    def create_database(self, name: str) -> Database:
        if name in self.databases:
            raise ConflictError(f"The database {name!r} already exists.")
        ts = self.now_s
        cursor = self.write("INSERT INTO databases (id, ts) VALUES (?, ?)", (name, ts))
        database = Database(_row_number(cursor), name, ts)
        self.databases[name] = database
        return database

    def delete_database(self, database: Database) -> None:
        with self.atomic():
            for container in database.containers.values():
                self._drop(container)
            self.write("DELETE FROM databases WHERE number = ?", (database.number,))
        del self.databases[database.id]

    def create_container(self, database: Database, definition: dict[str, Any]) -> Container:
        name = str(definition["id"])
        if name in database.containers:
            raise ConflictError(f"The container {name!r} already exists in {database.id!r}.")
        ts = self.now_s
        with self.atomic():
            cursor = self.write(
                "INSERT INTO containers (database, id, definition, ts) VALUES (?, ?, ?, ?)",
                (database.number, name, orjson.dumps(definition).decode(), ts),
            )
            container = Container(_row_number(cursor), database, definition, ts, lsn=0)
            for statement in CONTAINER:
                self.write(statement.format(table=container.table))
        database.containers[name] = container
        return container

    def redefine_container(self, container: Container, definition: dict[str, Any]) -> None:
        """Give *container* a new definition; the partition key stays."""
        container.definition, container.ts = definition, self.now_s
        self.write(
            "UPDATE containers SET definition = ?, ts = ? WHERE number = ?",
            (orjson.dumps(definition).decode(), container.ts, container.number),
        )

    def delete_container(self, container: Container) -> None:
        with self.atomic():
            self._drop(container)
        del container.database.containers[container.id]

    def _drop(self, container: Container) -> None:
        self.write(f"DROP TABLE {container.table}")
        self.write("DELETE FROM containers WHERE number = ?", (container.number,))

    def _load(self) -> None:
        self.databases.clear()
        by_number: dict[int, Database] = {}
        for number, name, ts in self.connection.execute("SELECT number, id, ts FROM databases"):
            by_number[number] = self.databases[name] = Database(number, name, ts)
        for number, owner, definition, ts, lsn in self.connection.execute(
            "SELECT number, database, definition, ts, lsn FROM containers"
        ):
            database = by_number[owner]
            container = Container(number, database, orjson.loads(definition), ts, lsn)
            database.containers[container.id] = container


def _row_number(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None
    return cursor.lastrowid
