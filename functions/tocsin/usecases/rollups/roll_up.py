"""Roll up what devices sent, as it is stored (docs/adr/0015-readings-are-rolled-up.md)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from tocsin.domain.charts.rollup_progress import (
    Arrival,
    Progress,
    find_complete,
    find_late,
    join_stretches,
)
from tocsin.domain.errors import RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.usecases.ports.rollups import Rollups
from tocsin.usecases.rollups.roll_up_device import DeviceRollup
from tocsin.usecases.scoring.device_memory import BoundedMemory

DEVICES_AT_ONCE = 4  # scoring needs the database, too
# Late stretches that one batch does again; messages of any sense have far fewer.
MOST_LATE = 2_000
MOST_LATE_OF_DEVICE = 144

log = logging.getLogger(__name__)


class RollupMemory(BoundedMemory[Progress]):
    """How far each device is rolled up."""


async def roll_up(arrivals: Sequence[Arrival], *, rollups: Rollups, memory: RollupMemory) -> None:
    """Roll up what is complete now that these messages are stored.

    Any batch may come again, also in part, in another order or in another process: what is written
    follows from the stored messages alone. Raises what the database raises while it is away; what
    was done until then is kept, and the same batch goes on from there. A device whose rollup is
    refused for good is logged, and keeps no other waiting.
    """
    by_device: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        by_device.setdefault(arrival.device_id, []).append(arrival)
    most_late = min(MOST_LATE_OF_DEVICE, MOST_LATE // max(len(by_device), 1))
    limit = asyncio.Semaphore(DEVICES_AT_ONCE)

    async def roll_up_one(device_id: str, of_device: Sequence[Arrival]) -> None:
        async with limit:
            await _roll_up_device(device_id, of_device, most_late, rollups, memory)

    done = await asyncio.gather(
        *(roll_up_one(device_id, of_device) for device_id, of_device in by_device.items()),
        return_exceptions=True,  # a device must not keep the others of its batch from their turn
    )
    for device_id, outcome in zip(by_device, done, strict=True):
        if isinstance(outcome, RefusedError):
            # No retry cures it, and the feed behind it would wait for ever.
            log.error(
                "Device %r is not rolled up further: %s",
                device_id,
                outcome,
                extra=about(device=device_id),
            )
        elif isinstance(outcome, BaseException):
            raise outcome


async def _roll_up_device(
    device_id: str,
    arrivals: Sequence[Arrival],
    most_late: int,
    rollups: Rollups,
    memory: RollupMemory,
) -> None:
    progress = memory.get(device_id) or await _find_progress(device_id, arrivals, rollups)
    device = DeviceRollup(device_id, progress, rollups)
    try:
        # First what is late: an hour is closed with it.
        for from_t, to_t in join_stretches(_bound_late(device_id, arrivals, progress, most_late)):
            await device.redo(from_t, to_t)
        newest_t = max(arrival.t[-1] for arrival in arrivals)
        await device.advance(find_complete(device_id, newest_t))
    finally:
        memory.update({device_id: device.progress})


async def _find_progress(device_id: str, arrivals: Sequence[Arrival], rollups: Rollups) -> Progress:
    """How far the device is rolled up, as the database tells."""
    newest = await rollups.find_newest_rollup(device_id)
    if newest is not None:
        return Progress.after(newest)
    oldest = await rollups.find_oldest(device_id)
    first = min(arrival.t[0] for arrival in arrivals)
    return Progress.before(first if oldest is None else oldest)


def _bound_late(
    device_id: str, arrivals: Sequence[Arrival], progress: Progress, most: int
) -> list[int]:
    late = find_late(arrivals, progress.until)
    if len(late) > most:
        log.warning(
            "%d late stretches of device %r stay without their late messages in the rollups",
            len(late) - most,
            device_id,
            extra=about(device=device_id),
        )
    return late[-most:]
