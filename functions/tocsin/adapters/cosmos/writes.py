"""Cosmos DB: many writes side by side, each with its own answer.

What the database refuses for good (a text that is no text, a document too large) is reported for
that document alone; what may pass is raised, so that all of it is written again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.failures import tell_apart
from tocsin.domain.devices.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.usecases.ports.documents import Document

WRITES_AT_ONCE = 32
# What one transaction takes is bounded: 100 documents of 2 MB together.
MOST_TOGETHER, MOST_BYTES = 50, 1024 * 1024

Written = TypeVar("Written")
Write = Callable[[Container, dict[str, Any]], Awaitable[Written]]
Refusal = RefusedError | None


@dataclass(frozen=True, slots=True)
class Part:
    """A document of the partition *key*: how it is made, and about how long it is."""

    key: str
    size: int
    make: Callable[[], Document]


class CosmosWrites:
    """Writes to the containers of one database, so many at once."""

    def __init__(self, at_once: int = WRITES_AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def upsert(
        self, container: Container, documents: Iterable[Callable[[], Document]]
    ) -> list[Refusal]:
        """Write each in place of what is stored under its id: the last one wins."""
        return await asyncio.gather(
            *(self._answer(container, make, _put_document) for make in documents)
        )

    async def upsert_in_order(self, container: Container, parts: Iterable[Part]) -> list[Refusal]:
        """Write each in place of what is stored under its id, those of a partition in their order.

        Several of one partition are one transaction: one request, and a process that ends in the
        middle of it has written none of them.
        """
        every = [*parts]
        by_key: dict[str, list[int]] = {}
        for position, part in enumerate(every):
            by_key.setdefault(part.key, []).append(position)
        refusals: list[Refusal] = [None] * len(every)

        async def write(positions: Sequence[int]) -> None:
            for together in _cut(positions, every):
                found = await self._write_together(
                    container, [every[position] for position in together]
                )
                for position, refusal in zip(together, found, strict=True):
                    refusals[position] = refusal

        await asyncio.gather(*map(write, by_key.values()))
        return refusals

    async def create(
        self, container: Container, documents: Iterable[Callable[[], Document]]
    ) -> list[Refusal]:
        """Write each under whose id nothing is stored; the others stay as they are."""
        return await asyncio.gather(
            *(self._answer(container, make, _add_document) for make in documents)
        )

    async def replace(
        self, container: Container, records: Iterable[DeviceRecord]
    ) -> list[str | RefusedError | ChangedMeanwhileError]:
        """Write each in place of the one whose etag it carries; gives the new etags.

        The condition travels with the write, and the new etag with its answer: no request more.
        """

        async def write(record: DeviceRecord) -> str | RefusedError | ChangedMeanwhileError:
            try:
                return await self._attempt(container, record.to_document, _make_replace(record))
            except (RefusedError, ChangedMeanwhileError) as error:
                return error

        return await asyncio.gather(*map(write, records))

    async def _write_together(self, container: Container, parts: Sequence[Part]) -> list[Refusal]:
        if len(parts) > 1:
            try:
                async with self._places:
                    with tell_apart(f"documents of {container.id}"):
                        operations = [("upsert", (dict(part.make()),)) for part in parts]
                        await container.execute_item_batch(operations, parts[0].key)
            except RefusedError:
                pass  # because of one of them: now each gets its own answer
            else:
                return [None] * len(parts)
        return [await self._answer(container, part.make, _put_document) for part in parts]

    async def _answer(
        self,
        container: Container,
        make: Callable[[], Document],
        write: Write[None],
    ) -> Refusal:
        try:
            await self._attempt(container, make, write)
        except RefusedError as error:
            return error
        return None

    async def _attempt(
        self, container: Container, make: Callable[[], Document], write: Write[Written]
    ) -> Written:
        async with self._places:
            with tell_apart(f"a document of {container.id}"):
                return await write(container, dict(make()))


def _cut(positions: Sequence[int], parts: Sequence[Part]) -> Iterator[list[int]]:
    """*positions* in their order, as many together as one transaction takes."""
    together: list[int] = []
    together_bytes = 0
    for position in positions:
        size = parts[position].size
        if together and (len(together) == MOST_TOGETHER or together_bytes + size > MOST_BYTES):
            yield together
            together, together_bytes = [], 0
        together.append(position)
        together_bytes += size
    if together:
        yield together


async def _put_document(container: Container, document: dict[str, Any]) -> None:
    await container.upsert_item(document)


async def _add_document(container: Container, document: dict[str, Any]) -> None:
    try:
        await container.create_item(document)
    except CosmosResourceExistsError:
        return


def _make_replace(record: DeviceRecord) -> Write[str]:
    async def replace(container: Container, document: dict[str, Any]) -> str:
        try:
            if record.etag is None:
                written = await container.create_item(document)
            elif record.etag == ANY_RECORD:
                written = await container.upsert_item(document)
            else:
                written = await container.replace_item(
                    document["id"],
                    document,
                    etag=record.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
        except (CosmosResourceExistsError, CosmosAccessConditionFailedError) as error:
            raise _tell_changed(record) from error
        except CosmosResourceNotFoundError as error:
            if record.etag is None:
                raise  # not the document is missing, but its container
            raise _tell_changed(record) from error
        return str(written.get_response_headers()["etag"])

    return replace


def _tell_changed(record: DeviceRecord) -> ChangedMeanwhileError:
    return ChangedMeanwhileError(f"the record of device {record.device_id!r} is someone else's")
