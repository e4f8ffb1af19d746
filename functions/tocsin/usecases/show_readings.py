"""A device's recent past for a chart."""

from __future__ import annotations

import asyncio
from typing import Any

from tocsin.domain.charts import draw_chart
from tocsin.domain.errors import InvalidRequestError
from tocsin.usecases.ports.operators import Fleet

DEFAULT_RANGE_MS = 60 * 60 * 1_000
DEFAULT_MAX = 500
LARGEST_MAX = 5_000
# A day of a device that reports every second, and some more.
MOST_READINGS = 100_000
# Beyond it a JSON number is no longer exact.
LAST_MS = 2**53


async def show_readings(
    device_id: str, *, from_t: int | None, to_t: int | None, most: int, now_ms: int, fleet: Fleet
) -> dict[str, Any]:
    """Every channel and the score as series of at most *most* points each, peaks kept.

    ``from_t`` and ``to_t`` are event times in ms, both included; the last hour by default.
    Raises InvalidRequestError for an empty range, one with too many readings, or *most* outside
    2…5000.
    """
    to_t = now_ms if to_t is None else to_t
    from_t = to_t - DEFAULT_RANGE_MS if from_t is None else from_t
    if not -LAST_MS <= from_t < to_t <= LAST_MS:
        raise InvalidRequestError("from must be before to (both in ms since the epoch)")
    if not 2 <= most <= LARGEST_MAX:
        raise InvalidRequestError(f"max must lie between 2 and {LARGEST_MAX}")
    messages = await fleet.readings(device_id, from_t=from_t, to_t=to_t, most=MOST_READINGS)
    # Off the event loop: it would hold up every other request, and the scoring.
    chart = await asyncio.to_thread(draw_chart, messages, from_t, to_t, most)
    return {
        "deviceId": device_id,
        "from": from_t,
        "to": to_t,
        "readings": chart.readings,
        "threshold": messages[-1].threshold if messages else None,
        "series": {
            name: {"t": series.t, "values": series.values} for name, series in chart.series.items()
        },
    }
