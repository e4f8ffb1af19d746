"""A device's recent past for a chart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.charts.rolled_chart import choose_resolution, choose_step, describe_cells
from tocsin.domain.charts.rollup import MINUTE, Resolution
from tocsin.domain.charts.series import draw_chart
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.charts.unscored import count_late, list_unscored
from tocsin.domain.errors import InvalidRequestError
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.rollups import Rollups
from tocsin.usecases.rollups.find_cells import find_cells

DEFAULT_RANGE_MS = 60 * 60 * 1_000
DEFAULT_MAX = 500
LARGEST_MAX = 5_000
# Two hours of a device that reports twice a second, and some more.
MOST_READINGS = 20_000
# Beyond it a JSON number is no longer exact.
LAST_MS = 2**53


async def show_readings(
    device_id: str,
    *,
    from_t: int | None,
    to_t: int | None,
    most: int,
    now_ms: int,
    fleet: Fleet,
    rollups: Rollups,
) -> dict[str, Any]:
    """Every channel and the score as series of at most *most* points each, peaks kept.

    ``from_t`` and ``to_t`` are event times in ms, both included; the last hour by default. A short
    range is shown by its readings, a long one, or one with very many readings, by its rollups.
    Raises InvalidRequestError for an empty range, or *most* outside 2…5000.
    """
    to_t = now_ms if to_t is None else to_t
    from_t = to_t - DEFAULT_RANGE_MS if from_t is None else from_t
    if not -LAST_MS <= from_t < to_t <= LAST_MS:
        raise InvalidRequestError("from must be before to (both in ms since the epoch)")
    if not 2 <= most <= LARGEST_MAX:
        raise InvalidRequestError(f"max must lie between 2 and {LARGEST_MAX}")
    wanted = _Wanted(device_id, from_t, to_t, most)
    resolution = choose_resolution(to_t - from_t, most)
    if resolution is None:
        try:
            shown = await _show_raw(wanted, fleet)
        except InvalidRequestError:
            shown = await _show_rolled_up(wanted, MINUTE, fleet, rollups)
    else:
        shown = await _show_rolled_up(wanted, resolution, fleet, rollups)
    return {"deviceId": device_id, "from": from_t, "to": to_t, **shown}


@dataclass(frozen=True, slots=True)
class _Wanted:
    device_id: str
    from_t: int
    to_t: int
    most: int


async def _show_raw(wanted: _Wanted, fleet: Fleet) -> dict[str, Any]:
    """Raises InvalidRequestError when there are too many readings."""
    from_t, to_t = wanted.from_t, wanted.to_t
    messages = await fleet.readings(wanted.device_id, from_t=from_t, to_t=to_t, most=MOST_READINGS)
    # Off the event loop: it would hold up every other request, and the scoring.
    return await asyncio.to_thread(_describe_raw, messages, wanted)


def _describe_raw(messages: Sequence[StoredMessage], wanted: _Wanted) -> dict[str, Any]:
    from_t, to_t = wanted.from_t, wanted.to_t
    chart, late = (
        draw_chart(messages, from_t, to_t, wanted.most),
        count_late(messages, from_t, to_t),
    )
    return {
        "resolution": "raw",
        "until": to_t,
        "readings": chart.readings,
        "threshold": messages[-1].threshold if messages else None,
        "notScored": [each.to_document() for each in list_unscored(messages, from_t, to_t)],
        "late": {"readings": late.readings, "anomalous": late.anomalous},
        "series": {
            name: {"t": series.t, "values": series.values} for name, series in chart.series.items()
        },
    }


async def _show_rolled_up(
    wanted: _Wanted, resolution: Resolution, fleet: Fleet, rollups: Rollups
) -> dict[str, Any]:
    first = wanted.from_t // resolution.cell_ms * resolution.cell_ms
    step_ms = choose_step(wanted.to_t - first, wanted.most, resolution.cell_ms)
    found = await find_cells(
        wanted.device_id, resolution, from_t=first, to_t=wanted.to_t, fleet=fleet, rollups=rollups
    )
    return {
        "resolution": resolution.name,
        "step": step_ms,
        "until": found.until,
        **await asyncio.to_thread(describe_cells, found.cells, step_ms),
    }
