"""What a device did in each minute or hour of a range, the newest part included."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tocsin.domain.charts.cells import Cells, join_cells
from tocsin.domain.charts.rollup import HOUR, MINUTE, Resolution
from tocsin.domain.errors import InvalidRequestError
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.rollups import Rollups

# What is not rolled up yet is some 20 minutes; only where rolling up lags behind it is more.
MOST_READINGS = 20_000


@dataclass(frozen=True, slots=True)
class FoundCells:
    """``until``: what is later (ms) is missing."""

    cells: Cells
    until: int


async def find_cells(
    device_id: str,
    resolution: Resolution,
    *,
    from_t: int,
    to_t: int,
    fleet: Fleet,
    rollups: Rollups,
) -> FoundCells:
    """The cells that begin from *from_t* to *to_t* (ms, both included), oldest first.

    Those at the end may be finer than *resolution*, up to single readings: what no coarser rollup
    holds yet.
    """
    parts: list[Cells] = []
    start = from_t
    for level in (HOUR, MINUTE) if resolution is HOUR else (MINUTE,):
        stored = await rollups.list_rollups(device_id, level, from_t=level.start(start), to_t=to_t)
        cells = join_cells([rollup.cells for rollup in stored]).between(start, to_t + 1)
        parts.append(cells)
        if len(cells.t):
            # Between the newest cell and the end of a stretch of minutes lie no readings.
            newest = int(cells.t[-1])
            start = (
                newest + HOUR.cell_ms if level is HOUR else MINUTE.start(newest) + MINUTE.stretch_ms
            )
    try:
        messages = await fleet.readings(device_id, from_t=start, to_t=to_t, most=MOST_READINGS)
    except InvalidRequestError:
        return FoundCells(join_cells(parts), start - 1)
    newest_cells = await asyncio.to_thread(
        Cells.of_messages, messages, MINUTE.cell_ms, from_t=start, to_t=to_t + 1
    )
    return FoundCells(join_cells([*parts, newest_cells]), to_t)
