"""Cosmos DB: a device's stored messages between two times.

A message overlaps a range when it ends after the range begins and begins before the range ends. An
index finds only where messages begin; where one ends follows from that for all but the long ones,
which say so. So the price of a range does not grow with what the device sent before it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.readings import LONG_MS
from tocsin.domain.packing.messages import unpack_columns
from tocsin.usecases.ports.documents import Document

PAGE = 1_000
# What a packed document is read from; beside it a query names what is not packed in others.
PACKED_COLUMNS = "c.id, c.deviceId, c.firstT, c.packed"

_OVERLAPPING = "c.deviceId = @device AND c.lastT >= @from AND c.firstT <= @to"
_SHORT = f"{_OVERLAPPING} AND c.firstT >= @since"
_LONG = f"{_OVERLAPPING} AND c.firstT < @since AND c.long = true"


async def find_messages(
    container: Container,
    columns: str,
    device_id: str,
    *,
    from_t: int,
    to_t: int,
    most: int | None = None,
    read: Callable[[Document], StoredMessage] = StoredMessage.from_document,
) -> AsyncIterator[StoredMessage]:
    """A device's messages that overlap a range (ms, both ends included), oldest first.

    columns: the fields that are asked for, as a query names them.
    most: the query brings no more; None for all.
    read: makes a message of a document; what raises DamagedDocumentError is left out.
    """
    top = "" if most is None else f"TOP {most:d} "
    values = {"from": from_t, "to": to_t, "since": from_t - LONG_MS}
    found = 0
    for condition in (_LONG, _SHORT):
        query = f"SELECT {top}{columns} FROM c WHERE {condition} ORDER BY c.firstT"  # noqa: S608 (constants; values go in as parameters)
        async for message in query_messages(container, query, device_id, read=read, **values):
            found += 1
            if most is not None and found > most:
                return
            yield message


def read_without(*columns: str) -> Callable[[Document], StoredMessage]:
    """Makes a message of a document without some of its *columns*: packed, all come together."""

    def read(document: Document) -> StoredMessage:
        unpacked = unpack_columns(document)
        return StoredMessage.from_document(
            {name: value for name, value in unpacked.items() if name not in columns}
        )

    return read


async def query_messages(
    container: Container,
    query: str,
    device_id: str,
    *,
    read: Callable[[Document], StoredMessage] = StoredMessage.from_document,
    **values: Any,  # noqa: ANN401 (any JSON)
) -> AsyncIterator[StoredMessage]:
    """What *query* finds of a device; a damaged document is logged and left out."""
    documents = container.query_items(
        query,
        parameters=query_parameters(device=device_id, **values),
        partition_key=device_id,
        max_item_count=PAGE,
    )
    async for document in documents:
        message = read_sound(read, document)
        if message is not None:
            yield message
