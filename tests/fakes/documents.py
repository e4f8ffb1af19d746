"""Documents in memory, and what a database does with any of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from tocsin.domain.errors import RefusedError
from tocsin.domain.packing.messages import pack_message, unpack_message
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Refusal

MOST_BYTES, MOST_ID_BYTES = 2 * 1024 * 1024, 1_023
_NOT_IN_AN_ID = set("/\\?#")


class CrashError(Exception):
    """The process "ended" here."""


class FakeDocuments:
    """Documents by container, partition and id, kept as JSON as the database would.

    ``refused``: (container, device) of which nothing is ever taken. ``etags``: of each device's
    record. ``writes`` lists every write in order as (container, id). After *crash_after* writes
    each further one raises CrashError; ``away`` makes every call raise OSError. ``now_s``: its
    clock.
    """

    def __init__(self) -> None:
        self.containers: dict[str, dict[tuple[str, str], str]] = {
            "alerts": {},
            "readings": {},
            "rollups": {},
            "devices": {},
            "settings": {},
            "audit": {},
        }
        self.writes: list[tuple[str, str]] = []
        self.reads = 0
        self.written_s: dict[tuple[str, str], int] = {}  # alerts: what Cosmos DB calls _ts
        self.now_s = 0
        self.etags: dict[str, str] = {}
        self.crash_after: int | None = None
        self.away = False
        self.refused: set[tuple[str, str]] = set()

    def all(self, container: str) -> list[dict[str, Any]]:
        """Every document of a container, by partition and id."""
        return [orjson.loads(text) for _, text in sorted(self.containers[container].items())]

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.all(name) for name in self.containers}

    async def save_audit(self, document: Document) -> None:
        self.save("audit", [document])

    async def ping(self) -> None:
        self.note_read()

    def note_read(self) -> None:
        self.reads += 1
        if self.away:
            raise OSError("the database is away")

    def save_each(self, container: str, documents: Sequence[Document]) -> list[Refusal]:
        refusals: list[Refusal] = []
        for document in documents:
            try:
                self.save(container, [document])
            except RefusedError as error:
                refusals.append(error)
            else:
                refusals.append(None)
        return refusals

    def save(self, container: str, documents: Sequence[Document]) -> None:
        for document in documents:
            if self.away:
                raise OSError("the database is away")
            if self.crash_after is not None and len(self.writes) >= self.crash_after:
                raise CrashError(f"after {self.crash_after} writes")
            text = _write(document)
            if container == "readings":
                _check_packing(text)
            if (container, document.get("deviceId")) in self.refused:
                raise RefusedError(f"{container} takes nothing of {document['deviceId']}")
            self.containers[container][find_key(document)] = text
            if container == "alerts":
                self.written_s[find_key(document)] = self.now_s
            self.writes.append((container, document["id"]))
            if container == "devices":
                self.etags[document["id"]] = f'"{len(self.writes)}"'


def find_key(document: Document) -> tuple[str, str]:
    return document.get("deviceId", document["id"]), document["id"]


def _write(document: Document) -> str:
    """As JSON, which has no NaN. Raises RefusedError for what the database never takes."""
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise RefusedError(f"no text: {error.reason}") from error
    name = document["id"]
    if size > MOST_BYTES or len(name.encode()) > MOST_ID_BYTES or _NOT_IN_AN_ID & set(name):
        raise RefusedError(f"illegal id {name!r:.80} or too large: {size} bytes")
    return text


@lru_cache(maxsize=8_192)  # the same messages are delivered again and again
def _check_packing(text: str) -> None:
    """The database keeps a message packed: of what use cases store nothing may be lost by it."""
    plain = orjson.loads(text)
    packed = orjson.loads(json.dumps(pack_message(plain)))
    back = unpack_message(packed)
    lost = {name for name in plain if back.get(name) != plain[name]} - {"contributions"}
    assert not lost, f"packed and unpacked, {lost} of {plain['id']} are others"
