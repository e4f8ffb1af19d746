"""One suite for every implementation of the port by which the audit is read."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import connection
from tests.fakes.audit import FakeAuditLog
from tests.fakes.messages import NOW
from tocsin.adapters.cosmos.audit import CosmosAudit
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.domain.access.audit import AuditPosition
from tocsin.domain.access.people import EVERY, NONE, Sites
from tocsin.usecases.ports.audit import AuditLog

SOUTH = Sites(frozenset({"south"}))


@dataclass
class Book:
    """The audit, and the way records come there."""

    log: AuditLog
    write: Callable[[dict[str, Any]], Awaitable[object]]


@asynccontextmanager
async def open_fake(_: Endpoints) -> AsyncIterator[Book]:
    kept: list[dict[str, Any]] = []

    async def write(document: dict[str, Any]) -> None:
        kept.append(document)

    yield Book(FakeAuditLog(lambda: kept), write)


@asynccontextmanager
async def open_cosmos(endpoints: Endpoints) -> AsyncIterator[Book]:
    """A database of its own."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        container = await database.create_container("audit", PartitionKey("/siteId"))
        yield Book(CosmosAudit(client, name), container.upsert_item)
        await client.delete_database(name)


book = each(fake=(open_fake, None), cosmos=(open_cosmos, "cosmos"))


def record(name: str, site_id: str, at: int) -> dict[str, Any]:
    return {
        "id": name,
        "siteId": site_id,
        "type": "tasks",
        "by": "Ada",
        "at": at,
        "after": {"x": 1},
    }


async def list_all(book: Book, sites: Sites, *, with_general: bool, most: int) -> list[str]:
    """The ids of every record, page by page."""
    found: list[str] = []
    before: AuditPosition | None = None
    while True:
        page = await book.log.list_records(
            sites, with_general=with_general, before=before, most=most
        )
        assert len(page.records) <= most
        found += [shown.record_id for shown in page.records]
        before = page.older
        if before is None:
            return found


async def test_records_are_listed_newest_first_and_those_of_one_time_by_id(book: Book) -> None:
    for name, site, at in (
        ("c", "north", NOW), ("a", "south", NOW), ("b", "", NOW), ("e", "north", NOW - 5),
        ("d", "south", NOW - 5), ("f", "west", NOW + 5),
    ):  # fmt: skip
        await book.write(record(name, site, at))
    for most in (1, 2, 4, 9):
        assert await list_all(book, EVERY, with_general=True, most=most) == [*"fabcde"]
        assert await list_all(book, EVERY, with_general=False, most=most) == [*"facde"]
        assert await list_all(book, SOUTH, with_general=False, most=most) == [*"ad"]
        assert await list_all(book, SOUTH, with_general=True, most=most) == [*"abd"]
    assert await list_all(book, NONE, with_general=False, most=9) == []
    assert await list_all(book, NONE, with_general=True, most=9) == ["b"]


async def test_a_record_is_shown_with_all_its_details(book: Book) -> None:
    await book.write(record("a", "north", NOW))
    page = await book.log.list_records(EVERY, with_general=False, before=None, most=9)
    (shown,) = page.records
    assert (shown.kind, shown.site_id, shown.by, shown.at) == ("tasks", "north", "Ada", NOW)
    assert shown.details == {"after": {"x": 1}}
