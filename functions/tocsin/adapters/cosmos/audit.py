"""Cosmos DB: the audit, written, and read a page at a time.

As with alerts, the database sorts across partitions by one field without an index of its own: a
page is asked for by time, and the records of the time at which it begins or ends by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.cosmos.aio import CosmosClient

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.failures import tell_apart
from tocsin.domain.access.audit import AuditPage, AuditPosition, AuditRecord, page_of
from tocsin.domain.access.people import Sites
from tocsin.domain.settings.site_settings import NO_SITE
from tocsin.usecases.ports.documents import Document

_END_OF_TIME = 2**53


async def write_audit(audit: Container, documents: Sequence[Document]) -> None:
    """Put *documents* into the container *audit*; once more changes nothing."""
    with tell_apart("the audit took no record"):
        for document in documents:
            await audit.upsert_item(dict(document))


class CosmosAudit:
    """The port AuditLog over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._audit = Container(client, database, "audit")

    async def list_records(
        self, sites: Sites, *, with_general: bool, before: AuditPosition | None, most: int
    ) -> AuditPage:
        """At most three queries of at most *most* + 1 documents each."""
        condition, values = _choose_sites(sites, with_general)
        values["count"] = most + 1
        found: list[AuditRecord] = []
        more = False
        if before is not None:
            found, more = await self._of_same_time(condition, values, before)
        if not more:
            at = _END_OF_TIME if before is None else before.at
            older, more = await self._find(
                f"{condition} AND c.at < @at ORDER BY c.at DESC", values | {"at": at}
            )
            if more and older:
                # Cut somewhere among those of its last time: these are asked for in their order.
                last_at = older[-1].at
                last, _ = await self._of_same_time(condition, values, AuditPosition(last_at, ""))
                older = [*(record for record in older if record.at > last_at), *last]
            found += older
        return page_of(found, most, more=more)

    async def _of_same_time(
        self, condition: str, values: dict[str, Any], position: AuditPosition
    ) -> tuple[list[AuditRecord], bool]:
        """Those of the position's time that lie behind it."""
        behind = {"at": position.at, "id": position.record_id}
        return await self._find(
            f"{condition} AND c.at = @at AND c.id > @id ORDER BY c.id", values | behind
        )

    async def _find(self, clause: str, values: dict[str, Any]) -> tuple[list[AuditRecord], bool]:
        """Those for which *clause* holds, and whether there may be more."""
        found = self._audit.query_items(
            f"SELECT TOP @count * FROM c WHERE {clause}",  # noqa: S608 (constants; values go in as parameters)
            parameters=query_parameters(**values),
        )
        records = [read_sound(AuditRecord.from_document, document) async for document in found]
        sound = [record for record in records if record is not None]
        return sound, len(records) == values["count"]


def _choose_sites(sites: Sites, with_general: bool) -> tuple[str, dict[str, Any]]:
    """A condition, and the values in it."""
    if sites.names is None:
        return ("true", {}) if with_general else ("c.siteId != @none", {"none": NO_SITE})
    names = sorted({*sites.names, *([NO_SITE] if with_general else [])})
    return "ARRAY_CONTAINS(@sites, c.siteId)", {"sites": names}
