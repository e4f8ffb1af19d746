"""Cosmos DB: many writes side by side, each with its own answer.

What the database refuses for good (a text that is no text, a document too large) is reported for
that document alone; what may pass is raised, so that all of it is written again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.failures import tell_apart
from tocsin.domain.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.usecases.ports.documents import Document

WRITES_AT_ONCE = 32

Written = TypeVar("Written")
Write = Callable[[ContainerProxy, dict[str, Any]], Awaitable[Written]]


class CosmosWrites:
    """Writes to the containers of one database, so many at once."""

    def __init__(self, at_once: int = WRITES_AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def upsert(
        self, container: ContainerProxy, documents: Iterable[Callable[[], Document]]
    ) -> list[RefusedError | None]:
        """Write each in place of what is stored under its id: the last one wins."""
        return await self._write_all(container, documents, _upsert)

    async def create(
        self, container: ContainerProxy, documents: Iterable[Callable[[], Document]]
    ) -> list[RefusedError | None]:
        """Write each under whose id nothing is stored; the others stay as they are."""
        return await self._write_all(container, documents, _create)

    async def replace(
        self, container: ContainerProxy, records: Iterable[DeviceRecord]
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

    async def _write_all(
        self,
        container: ContainerProxy,
        documents: Iterable[Callable[[], Document]],
        write: Write[None],
    ) -> list[RefusedError | None]:
        async def attempt(make: Callable[[], Document]) -> RefusedError | None:
            try:
                await self._attempt(container, make, write)
            except RefusedError as error:
                return error
            return None

        return await asyncio.gather(*map(attempt, documents))

    async def _attempt(
        self, container: ContainerProxy, make: Callable[[], Document], write: Write[Written]
    ) -> Written:
        async with self._places:
            with tell_apart(f"a document of {container.id}"):
                return await write(container, dict(make()))


async def _upsert(container: ContainerProxy, document: dict[str, Any]) -> None:
    await container.upsert_item(document)


async def _create(container: ContainerProxy, document: dict[str, Any]) -> None:
    try:
        await container.create_item(document)
    except CosmosResourceExistsError:
        return


def _make_replace(record: DeviceRecord) -> Write[str]:
    async def replace(container: ContainerProxy, document: dict[str, Any]) -> str:
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
