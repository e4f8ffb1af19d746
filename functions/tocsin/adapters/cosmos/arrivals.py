"""Cosmos DB: when messages of a device came, without what they say."""

from __future__ import annotations

from typing import Any

from tocsin.adapters.cosmos.client import query_parameters
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.incidents.late import Arrival

_ARRIVALS = (
    "SELECT TOP @count c.firstT, c.lastT, c.readings, ARRAY_LENGTH(c.t) AS times, c.enqueuedAt "
    "FROM c "
    "WHERE c.deviceId = @device AND c.firstT >= @from AND c.firstT <= @to "
    "AND IS_NUMBER(c.enqueuedAt) ORDER BY c.firstT"
)


async def list_arrivals(
    readings: Container, device_id: str, *, from_t: int, to_t: int, most: int
) -> list[Arrival]:
    """One query of a device's partition."""
    values: dict[str, Any] = {"count": most, "device": device_id, "from": from_t, "to": to_t}
    found = readings.query_items(
        _ARRIVALS, parameters=query_parameters(**values), partition_key=device_id
    )
    return [
        Arrival(
            each["firstT"],
            each["lastT"],
            each.get("readings", each.get("times")),
            each["enqueuedAt"],
        )
        async for each in found
    ]
