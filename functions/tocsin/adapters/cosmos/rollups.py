"""Cosmos DB: rollups, and the messages that they are made from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos.client import query_parameters, read_sound, save_unchanged
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.readings import PACKED_COLUMNS, PAGE, find_messages
from tocsin.adapters.failures import tell_apart
from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.rollup import MINUTE, Resolution, Rollup, rollup_id
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.usecases.ports.documents import Document

_COLUMNS = f"{PACKED_COLUMNS}, c.t, c.channels, c.score, c.threshold, c.anomalous"
_OLDEST = "SELECT TOP 1 VALUE c.firstT FROM c WHERE c.deviceId = @device ORDER BY c.firstT"
_OF_RESOLUTION = "c.deviceId = @device AND c.resolution = @resolution"
_NEWEST = f"SELECT TOP 1 VALUE c.start FROM c WHERE {_OF_RESOLUTION} ORDER BY c.start DESC"  # noqa: S608 (constants)
_RANGE = (
    f"SELECT * FROM c WHERE {_OF_RESOLUTION} AND c.start >= @from AND c.start <= @to "  # noqa: S608 (constants)
    "ORDER BY c.start"
)


class CosmosRollups:
    """The port Rollups over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._readings = Container(client, database, "readings")
        self._rollups = Container(client, database, "rollups")

    async def stream_messages(
        self, device_id: str, *, from_t: int, to_t: int
    ) -> AsyncIterator[StoredMessage]:
        found = find_messages(
            self._readings, _COLUMNS, device_id, from_t=from_t, to_t=to_t, read=_read_checked
        )
        async for message in found:
            yield message

    async def find_oldest(self, device_id: str) -> int | None:
        found = self._readings.query_items(
            _OLDEST, parameters=query_parameters(device=device_id), partition_key=device_id
        )
        return await _first(found)

    async def find_newest_rollup(self, device_id: str) -> int | None:
        found = self._rollups.query_items(
            _NEWEST,
            parameters=query_parameters(device=device_id, resolution=MINUTE.name),
            partition_key=device_id,
        )
        return await _first(found)

    async def list_rollups(
        self, device_id: str, resolution: Resolution, *, from_t: int, to_t: int
    ) -> list[Rollup]:
        values = {"from": from_t, "to": to_t}
        found = self._rollups.query_items(
            _RANGE,
            parameters=query_parameters(device=device_id, resolution=resolution.name, **values),
            partition_key=device_id,
            max_item_count=PAGE,
        )
        rollups = [read_sound(Rollup.from_document, document) async for document in found]
        return [rollup for rollup in rollups if rollup is not None]

    async def find_rollup(
        self, device_id: str, resolution: Resolution, start: int
    ) -> Rollup | None:
        try:
            found = await self._rollups.read_item(
                rollup_id(resolution, start), partition_key=device_id
            )
        except CosmosResourceNotFoundError:
            return None
        sound = read_sound(Rollup.from_document, found)
        # Whatever is there can be replaced.
        return sound or Rollup(device_id, resolution, start, Cells.empty(), found["_etag"])

    async def save_rollup(self, rollup: Rollup) -> None:
        what = f"the rollup {rollup.document_id} of {rollup.device_id!r}"
        with tell_apart(f"{what} is not saved"):
            await save_unchanged(
                self._rollups, rollup.to_document(), rollup.etag, f"{what} was changed meanwhile"
            )


def _read_checked(document: Document) -> StoredMessage:
    message = StoredMessage.from_document(document)
    message.check_numbers()
    return message


async def _first(found: AsyncIterator[Any]) -> int | None:
    async for value in found:
        return value if type(value) is int else None
    return None
