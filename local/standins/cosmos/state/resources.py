"""Databases and containers, as they are kept in memory beside their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.standins.cosmos.state.partition import Partitioning
from local.standins.cosmos.state.rids import container_rid, database_rid


@dataclass(slots=True)
class Database:
    number: int
    id: str
    ts: int
    containers: dict[str, Container] = field(default_factory=dict)

    @property
    def rid(self) -> str:
        return database_rid(self.number)

    def resource(self) -> dict[str, Any]:
        """The JSON that clients see."""
        return {
            "id": self.id,
            "_rid": self.rid,
            "_self": f"dbs/{self.rid}/",
            "_etag": etag_of(self.number, self.ts),
            "_colls": "colls/",
            "_users": "users/",
            "_ts": self.ts,
        }


@dataclass(slots=True)
class Container:
    """``definition`` is what the client gave; ``lsn`` counts the writes, deletes included."""

    number: int
    database: Database
    definition: dict[str, Any]
    ts: int
    lsn: int
    rid: str = field(init=False)
    partitioning: Partitioning = field(init=False)

    def __post_init__(self) -> None:
        self.rid = container_rid(self.database.number, self.number)
        self.partitioning = Partitioning(self.definition["partitionKey"])

    @property
    def id(self) -> str:
        return str(self.definition["id"])

    @property
    def table(self) -> str:
        return f"container_{self.number}"

    @property
    def link(self) -> str:
        return f"dbs/{self.database.id}/colls/{self.id}"

    @property
    def self_link(self) -> str:
        return f"dbs/{self.database.rid}/colls/{self.rid}/"

    @property
    def default_ttl_s(self) -> int | None:
        """Seconds; -1 keeps what has no ttl of its own; None ignores every ttl."""
        return self.definition.get("defaultTtl")

    def next_lsn(self) -> int:
        self.lsn += 1
        return self.lsn

    def resource(self) -> dict[str, Any]:
        """The JSON that clients see."""
        return {
            **self.definition,
            "_rid": self.rid,
            "_self": self.self_link,
            "_etag": etag_of(self.number, self.ts),
            "_docs": "docs/",
            "_sprocs": "sprocs/",
            "_triggers": "triggers/",
            "_udfs": "udfs/",
            "_conflicts": "conflicts/",
            "_ts": self.ts,
        }


def etag_of(version: int, ts: int) -> str:
    """An etag, quoted, of the *version*-th write at *ts* seconds since the epoch."""
    return f'"{version:08x}-0000-0000-0000-{ts:012x}"'
