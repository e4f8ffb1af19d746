"""The documents of one container: points, scans, the change feed, expiry."""


# ruff: noqa: S608 - names of tables and columns are our own, values are bound

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from local.standins.cosmos.errors import TooLargeError
from local.standins.cosmos.json_text import MOST_DOCUMENT_DEPTH, check_depth, write_json
from local.standins.cosmos.query.pushdown import Condition
from local.standins.cosmos.query.values import Value
from local.standins.cosmos.state.resources import Container, etag_of
from local.standins.cosmos.state.rids import document_rid
from local.standins.cosmos.state.store import Store

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_FEED_CHARACTERS: Final = 4 * 1024 * 1024
SYSTEM_PROPERTIES: Final = ("_rid", "_self", "_etag", "_attachments", "_ts", "_lsn")


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is stored; ``body`` is its JSON text, system properties included."""

    n: int
    key: str
    id: str
    lsn: int
    ts: int
    body: str

    @property
    def etag(self) -> str:
        return etag_of(self.lsn, self.ts)

    @property
    def body_with_lsn(self) -> bytes:
        """As the change feed gives it."""
        return f'{self.body[:-1]},"_lsn":{self.lsn}}}'.encode()


_COLUMNS = "n, pk, id, lsn, ts, body"
_ALIVE = "(expires IS NULL OR expires > ?)"


class Table:
    """Reads never give a document whose time to live is over."""

    def __init__(self, store: Store, container: Container) -> None:
        self._store = store
        self._container = container
        self._name = container.table

    def find(self, key: str, document_id: str) -> Stored | None:
        return self._fetch("pk = ? AND id = ?", key, document_id)

    def find_number(self, key: str, number: int) -> Stored | None:
        return self._fetch("n = ? AND pk = ?", number, key)

    def insert(self, key: str, document: dict[str, Any]) -> Stored:
        """Add *document*; an expired one of the same id makes way."""
        if self._container.default_ttl_s is not None:
            self._store.write(
                f"DELETE FROM {self._name} WHERE pk = ? AND id = ?",
                (key, document["id"]),
            )
        lsn = self._store.next_lsn(self._container)
        stored = self._compose(lsn, key, document, lsn)
        self._store.write(
            f"INSERT INTO {self._name} (n, pk, epk, id, lsn, ts, expires, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stored.n, key, self._container.partitioning.effective_key(key), stored.id,
                lsn, stored.ts, self._expires(document, stored.ts), stored.body,
            ),
        )  # fmt: skip
        return stored

    def update(self, current: Stored, document: dict[str, Any]) -> Stored:
        lsn = self._store.next_lsn(self._container)
        stored = self._compose(current.n, current.key, document, lsn)
        self._store.write(
            f"UPDATE {self._name} SET lsn = ?, ts = ?, expires = ?, body = ? WHERE n = ?",
            (lsn, stored.ts, self._expires(document, stored.ts), stored.body, stored.n),
        )
        return stored

    def delete(self, stored: Stored) -> None:
        self._store.next_lsn(self._container)
        self._store.write(f"DELETE FROM {self._name} WHERE n = ?", (stored.n,))

    def changes(self, after_lsn: int, conditions: list[Condition], limit: int) -> list[Stored]:
        """Documents last written after *after_lsn*, in the order of their writes.

        At most *limit* of them, and at least one but no more than some MOST_FEED_CHARACTERS.
        """
        where = " AND ".join(["lsn > ?", _ALIVE, *(c.sql for c in conditions)])
        cursor = self._store.connection.execute(
            f"SELECT {_COLUMNS} FROM {self._name} WHERE {where} ORDER BY lsn LIMIT ?",
            (
                after_lsn,
                self._store.clock(),
                *(argument for c in conditions for argument in c.arguments),
                limit,
            ),
        )
        found: list[Stored] = []
        characters = 0
        for row in cursor:
            found.append(Stored(*row))
            characters += len(found[-1].body)
            if characters > MOST_FEED_CHARACTERS:
                break
        cursor.close()
        return found

    def scan(
        self, columns: list[str], conditions: list[Condition], tail: str, index: str | None
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of *columns* where all of *conditions* hold; *tail* is ORDER BY and LIMIT."""
        where = " AND ".join([_ALIVE, *(c.sql for c in conditions)])
        hint = f"INDEXED BY {index}" if index else ""
        yield from self._store.connection.execute(
            f"SELECT {', '.join(columns)} FROM {self._name} {hint} WHERE {where} {tail}",
            (self._store.clock(), *(argument for c in conditions for argument in c.arguments)),
        )

    def purge(self, most: int) -> int:
        """Delete up to *most* expired documents; returns how many it were."""
        cursor = self._store.write(
            f"DELETE FROM {self._name} WHERE n IN (SELECT n FROM {self._name} "
            "WHERE expires <= ? LIMIT ?)",
            (self._store.clock(), most),
        )
        return cursor.rowcount

    def has_expired(self) -> bool:
        cursor = self._store.connection.execute(
            f"SELECT 1 FROM {self._name} WHERE expires <= ? LIMIT 1",
            (self._store.clock(),),
        )
        return cursor.fetchone() is not None

    def reset_expiry(self) -> None:
        """Set every document's expiry anew after the container's default changed."""
        default = self._container.default_ttl_s
        own = "json_extract(body, '$.ttl')"
        chosen = "NULL" if default is None else f"coalesce({own}, {default:d})"
        self._store.write(
            f"UPDATE {self._name} SET expires = CASE WHEN {chosen} > 0 THEN ts + {chosen} END"
        )

    def _fetch(self, where: str, *arguments: Value) -> Stored | None:
        row = self._store.connection.execute(
            f"SELECT {_COLUMNS} FROM {self._name} WHERE {where} AND {_ALIVE}",
            (*arguments, self._store.clock()),
        ).fetchone()
        return None if row is None else Stored(*row)

    def _compose(self, n: int, key: str, document: dict[str, Any], lsn: int) -> Stored:
        ts = self._store.now_s
        rid = document_rid(self._container.database.number, self._container.number, n)
        full = {name: v for name, v in document.items() if name not in SYSTEM_PROPERTIES}
        full["_rid"] = rid
        full["_self"] = f"{self._container.self_link}docs/{rid}/"
        full["_etag"] = etag_of(lsn, ts)
        full["_attachments"] = "attachments/"
        full["_ts"] = ts
        body = write_json(full)
        if len(body) > MOST_BYTES:
            raise TooLargeError(f"The document is larger than {MOST_BYTES} bytes.")
        check_depth(full, body, MOST_DOCUMENT_DEPTH)
        return Stored(n, key, document["id"], lsn, ts, body.decode())

    def _expires(self, document: dict[str, Any], ts: int) -> int | None:
        default = self._container.default_ttl_s
        if default is None:
            return None
        ttl_s = document.get("ttl", default)
        return ts + int(ttl_s) if ttl_s > 0 else None
