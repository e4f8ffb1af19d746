"""What can be done with one document; point requests and batches share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from local.standins.cosmos.charge import read_charge, write_charge
from local.standins.cosmos.documents.patch import apply_patch
from local.standins.cosmos.errors import (
    PARTITION_KEY_MISMATCH,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
)
from local.standins.cosmos.query.parser import parse_condition
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.query.values import Value
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.state.rids import document_number
from local.standins.cosmos.state.store import Store
from local.standins.cosmos.state.table import SYSTEM_PROPERTIES, Stored, Table

MOST_ID_BYTES: Final = 1023
_NOT_IN_IDS: Final = frozenset("/\\?#")

OK, CREATED, NO_CONTENT, NOT_MODIFIED = 200, 201, 204, 304


@dataclass(frozen=True, slots=True)
class Conditions:
    """The etags of If-Match and If-None-Match."""

    match: str | None = None
    none_match: str | None = None

    def check_write(self, current: Stored | None) -> None:
        """Raises PreconditionFailedError unless *current* may be written."""
        if self.match is not None and not _matches(self.match, current):
            raise PreconditionFailedError("The document's etag differs from If-Match.")
        if self.none_match is not None and _matches(self.none_match, current):
            raise PreconditionFailedError("The document's etag is the one of If-None-Match.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation came to; ``stored`` is None after a deletion."""

    status: int
    charge: float
    stored: Stored | None = None


class Documents:
    """The documents of one logical partition (*key*) of a container."""

    def __init__(self, store: Store, container: Container, key: str) -> None:
        self._container = container
        self._key = key
        self._table = Table(store, container)

    def create(self, document: dict[str, Any]) -> Outcome:
        self._check(document)
        if self._table.find(self._key, document["id"]) is not None:
            raise ConflictError(f"A document with the id {document['id']!r} already exists.")
        return self._report_write(CREATED, self._table.insert(self._key, document))

    def upsert(self, document: dict[str, Any], conditions: Conditions) -> Outcome:
        self._check(document)
        current = self._table.find(self._key, document["id"])
        conditions.check_write(current)
        if current is None:
            return self._report_write(CREATED, self._table.insert(self._key, document))
        return self._report_write(OK, self._table.update(current, document))

    def read(self, name: str, conditions: Conditions) -> Outcome:
        """*name*, here and below, is an id or a resource id."""
        stored = self.find(name)
        if conditions.none_match is not None and _matches(conditions.none_match, stored):
            return Outcome(NOT_MODIFIED, read_charge(0), stored)
        return Outcome(OK, read_charge(len(stored.body)), stored)

    def replace(self, name: str, document: dict[str, Any], conditions: Conditions) -> Outcome:
        self._check(document)
        current = self.find(name)
        conditions.check_write(current)
        if document["id"] != current.id:
            raise BadRequestError(
                f"The body's id {document['id']!r} is not that of the document, {current.id!r}."
            )
        return self._report_write(OK, self._table.update(current, document))

    def patch(self, name: str, patch: Value, conditions: Conditions) -> Outcome:
        """Apply *patch*. Raises PreconditionFailedError when its condition does not hold."""
        if not isinstance(patch, dict):
            patch = {"operations": patch}
        current = self.find(name)
        conditions.check_write(current)
        document = orjson.loads(current.body)
        condition = patch.get("condition")
        if condition is not None and not _holds(condition, document):
            raise PreconditionFailedError("The document does not meet the patch's condition.")
        fixed = {"id", *SYSTEM_PROPERTIES}
        apply_patch(document, patch.get("operations"), frozenset(fixed))
        self._check(document)
        return self._report_write(OK, self._table.update(current, document))

    def delete(self, name: str, conditions: Conditions) -> Outcome:
        current = self.find(name)
        conditions.check_write(current)
        self._table.delete(current)
        return Outcome(NO_CONTENT, write_charge(current.body, self._container.definition))

    def find(self, name: str) -> Stored:
        stored = self._table.find(self._key, name)
        if stored is None and (number := document_number(name)) is not None:
            stored = self._table.find_number(self._key, number)
        if stored is None:
            raise NotFoundError(f"The document {name!r} does not exist in partition {self._key}.")
        return stored

    def _check(self, document: dict[str, Any]) -> None:
        _check_id(document.get("id"))
        _check_ttl(document)
        if self._container.partitioning.key_of(document) != self._key:
            raise BadRequestError(
                "PartitionKey extracted from document doesn't match the one specified in the "
                f"header: {self._key}.",
                substatus=PARTITION_KEY_MISMATCH,
            )

    def _report_write(self, status: int, stored: Stored) -> Outcome:
        return Outcome(status, write_charge(stored.body, self._container.definition), stored)


def _matches(wanted: str, current: Stored | None) -> bool:
    return current is not None and (wanted in {"*", current.etag})


def _holds(condition: Value, document: dict[str, Any]) -> bool:
    if not isinstance(condition, str):
        raise BadRequestError(f"The patch's condition {condition!r} is not text.")
    return Program(parse_condition(condition), {}).accepts(document)


def _check_id(document_id: Value) -> None:
    if not isinstance(document_id, str) or not document_id:
        raise BadRequestError("The document needs an id that is a string and not empty.")
    if len(document_id.encode()) > MOST_ID_BYTES or not _NOT_IN_IDS.isdisjoint(document_id):
        raise BadRequestError(
            f"The id {document_id[:80]!r} is longer than {MOST_ID_BYTES} bytes or holds one of "
            "/ \\ ? #."
        )


def _check_ttl(document: dict[str, Any]) -> None:
    ttl = document.get("ttl", -1)
    if type(ttl) is not int or not (ttl == -1 or 0 < ttl < 2**31):
        raise BadRequestError(f"The ttl {ttl!r} is neither -1 nor a whole number of seconds > 0.")
