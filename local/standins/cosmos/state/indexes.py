"""Indexes made when a query first needs them, as Cosmos DB has one on every path."""


# ruff: noqa: S608 - names of tables and columns are our own, values are bound

from __future__ import annotations

import hashlib
import logging
import time
from typing import Final

from local.standins.cosmos.query.paths import rank_sql, value_sql
from local.standins.cosmos.query.scan import OrderedPath
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.state.store import Store

MOST_INDEXES: Final = 32  # a container's; each makes its writes dearer
SMALL: Final = 500  # documents; walking so few takes less than making an index

_log = logging.getLogger("cosmos")


class Indexes:
    def __init__(self, store: Store) -> None:
        self._store = store

    def provide(
        self, container: Container, columns: tuple[OrderedPath, ...], *, in_partition: bool
    ) -> str | None:
        """The name of an index on *columns*, after the partition key with *in_partition*.

        None when there is no need for one or no room.
        """
        if not columns:
            return None
        parts = ["pk"] if in_partition else []
        for path, descending in columns:
            direction = " DESC" if descending else ""
            parts += [rank_sql(path) + direction, value_sql(path) + direction]
        definition = ", ".join(parts)
        digest = hashlib.sha256(definition.encode()).hexdigest()[:16]
        name = f"{container.table}_x{digest}"
        existing = self._list_existing(container)
        if name in existing:
            return name
        if len(existing) >= MOST_INDEXES or self._is_small(container):
            return None
        started = time.perf_counter()
        self._store.write(f"CREATE INDEX {name} ON {container.table} ({definition})")
        paths = ", ".join("/".join(map(str, path)) for path, _ in columns)
        _log.info(
            "indexed %s by %s in %.2f s", container.link, paths, time.perf_counter() - started
        )
        return name

    def _list_existing(self, container: Container) -> set[str]:
        rows = self._store.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? "
            "AND name LIKE '%!_x%' ESCAPE '!'",
            (container.table,),
        )
        return {name for (name,) in rows}

    def _is_small(self, container: Container) -> bool:
        row = self._store.connection.execute(
            f"SELECT 1 FROM {container.table} LIMIT 1 OFFSET {SMALL}"
        ).fetchone()
        return row is None
