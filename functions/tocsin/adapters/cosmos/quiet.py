"""Cosmos DB: which devices say nothing, and which of them spoke again; no others are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.alerts.silence import QuietPage
from tocsin.domain.devices.device_record import DeviceRecord

_QUIET = (
    "SELECT TOP @count * FROM c WHERE c.enqueuedAt < @before AND c.deviceId > @after "
    "ORDER BY c.deviceId"
)
_HEARD = "SELECT * FROM c WHERE c.enqueuedAt >= @since AND ARRAY_CONTAINS(@ids, c.deviceId)"
ASKED_AT_ONCE = 200  # ids in one query


async def list_quiet(devices: Container, heard_before_ms: int, after: str, most: int) -> QuietPage:
    """One query, for *most* documents of the container ``devices`` at most."""
    values: dict[str, Any] = {"count": most, "before": heard_before_ms, "after": after}
    found = devices.query_items(_QUIET, parameters=query_parameters(**values))
    documents = [document async for document in found]
    return QuietPage(
        _read_sound(documents), documents[-1]["deviceId"] if len(documents) == most else None
    )


async def find_heard(
    devices: Container, device_ids: Sequence[str], since_ms: int
) -> list[DeviceRecord]:
    """A query for each ASKED_AT_ONCE of *device_ids*."""
    heard: list[DeviceRecord] = []
    for start in range(0, len(device_ids), ASKED_AT_ONCE):
        asked = [*device_ids[start : start + ASKED_AT_ONCE]]
        found = devices.query_items(_HEARD, parameters=query_parameters(since=since_ms, ids=asked))
        heard += _read_sound([document async for document in found])
    return heard


def _read_sound(documents: Sequence[dict[str, Any]]) -> tuple[DeviceRecord, ...]:
    read = (read_sound(DeviceRecord.from_document, document) for document in documents)
    return tuple(device for device in read if device is not None)
