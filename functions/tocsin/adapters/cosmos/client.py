"""The client of Cosmos DB, and what every adapter over it does with documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.identity import credential_for
from tocsin.adapters.transport import quick_transport
from tocsin.domain.errors import ChangedMeanwhileError, DamagedDocumentError
from tocsin.settings import Connection
from tocsin.usecases.ports.documents import Document

log = logging.getLogger(__name__)

Record = TypeVar("Record")


def cosmos_client(connection: Connection) -> CosmosClient:
    """A client with bounded waits: a call that cannot be made fails, and its batch comes again."""
    limits: dict[str, Any] = {
        "transport": quick_transport(),
        "connection_timeout": 5,
        "read_timeout": 15,
        "retry_total": 3,
        "retry_backoff_max": 10,
        # Nobody reads what comes back of a write.
        "no_response_on_write": True,
    }
    if connection.connection_string is not None:
        return CosmosClient.from_connection_string(connection.connection_string, **limits)
    assert connection.endpoint is not None, "settings allow no connection without either"
    return CosmosClient(connection.endpoint, credential_for(connection), **limits)


async def read_document(
    container: Container, document_id: str, *, partition_key: str
) -> Document | None:
    """One document; None where there is none."""
    try:
        found = await container.read_item(document_id, partition_key=partition_key)
    except CosmosResourceNotFoundError:
        return None
    return without_system_fields(found)


def query_parameters(**values: object) -> list[dict[str, object]]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def without_system_fields(document: Document) -> Document:
    return {name: value for name, value in document.items() if not name.startswith("_")}


def read_sound(read: Callable[[Document], Record], document: Document) -> Record | None:
    """What *read* makes of a document; None, and logged, where it is damaged: one document must
    not hide the others."""
    try:
        return read(document)
    except DamagedDocumentError as error:
        log.error("Left out: %s", error)  # noqa: TRY400 (told)
        return None


async def list_page(
    container: Container,
    site_id: str,
    conditions: Sequence[str],
    values: Mapping[str, object],
    *,
    most: int,
    read: Callable[[Document], Record],
) -> tuple[tuple[Record, ...], str | None]:
    """Up to *most* of a site's documents that meet *conditions*, by id, the last one first; and
    the id before which to go on, None at the end. A damaged one is logged and left out."""
    where = " AND ".join(conditions)
    found = container.query_items(
        f"SELECT TOP @count * FROM c WHERE {where} ORDER BY c.id DESC",  # noqa: S608 (constants; values go in as parameters)
        parameters=query_parameters(count=most + 1, **values),
        partition_key=site_id,
    )
    documents = [document async for document in found]
    shown = documents[:most]
    records = [read_sound(read, document) for document in shown]
    goes_on = str(shown[-1]["id"]) if len(documents) > most else None
    return tuple(record for record in records if record is not None), goes_on


async def save_unchanged(
    container: Container, document: Document, etag: str | None, changed: str
) -> None:
    """Save a document in place of the one that was read with *etag*, or as a new one with None.

    Raises ChangedMeanwhileError with the text *changed* when it is not as it was read.
    """
    try:
        if etag is None:
            await container.create_item(dict(document))
        else:
            await container.replace_item(
                document["id"],
                dict(document),
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            )
    except (
        CosmosAccessConditionFailedError,
        CosmosResourceExistsError,
        CosmosResourceNotFoundError,
    ) as error:
        raise ChangedMeanwhileError(changed) from error
