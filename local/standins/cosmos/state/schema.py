"""The tables of the SQLite file.

Each container has a table of its own. ``n`` numbers documents in the order they were made and
stays theirs; ``lsn`` is that of the last write; ``body`` is the JSON text that clients get.
"""

from __future__ import annotations

from typing import Final

CATALOGUE: Final = """
CREATE TABLE IF NOT EXISTS databases (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS containers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL, id TEXT NOT NULL,
  definition TEXT NOT NULL, ts INTEGER NOT NULL, lsn INTEGER NOT NULL DEFAULT 0,
  UNIQUE (database, id));
"""

CONTAINER: Final = (
    (
        "CREATE TABLE {table} (n INTEGER PRIMARY KEY, pk TEXT NOT NULL, epk TEXT NOT NULL, "
        "id TEXT NOT NULL, lsn INTEGER NOT NULL, ts INTEGER NOT NULL, expires INTEGER, "
        "body TEXT NOT NULL)"
    ),
    "CREATE UNIQUE INDEX {table}_id ON {table} (pk, id)",
    "CREATE INDEX {table}_pk ON {table} (pk)",
    "CREATE UNIQUE INDEX {table}_lsn ON {table} (lsn)",
    "CREATE INDEX {table}_expires ON {table} (expires) WHERE expires IS NOT NULL",
)
