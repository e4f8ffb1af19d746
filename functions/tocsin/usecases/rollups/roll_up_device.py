"""Rolling up one device, stretch after stretch, so that a crash at any point leaves no hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tocsin.domain.charts.cells import Cells, join_cells
from tocsin.domain.charts.rollup import HOUR, HOUR_MS, MINUTE, Rollup, cut_rollups
from tocsin.domain.charts.rollup_progress import Progress, start_hour
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.usecases.ports.rollups import Rollups

READINGS_AT_ONCE = 20_000
TRIES = 5


class DeviceRollup:
    """One device and how far it is rolled up.

    The newest stretch in the database says how far that is. So stretches are written oldest first,
    and an hour before the first stretch of the next.
    """

    def __init__(self, device_id: str, progress: Progress, rollups: Rollups) -> None:
        self.progress = progress
        self._device_id = device_id
        self._rollups = rollups

    async def advance(self, until: int) -> None:
        """Roll up all that lies before *until* (ms), the start of a stretch."""
        if until <= self.progress.until:
            return
        waiting: list[StoredMessage] = []
        readings = 0
        found = self._rollups.stream_messages(
            self._device_id, from_t=self.progress.until, to_t=until - 1
        )
        async for message in found:
            # They come by their first reading: what lies before it is complete.
            complete = MINUTE.start(message.t[0])
            if readings >= READINGS_AT_ONCE and complete > self.progress.until:
                await self._write(waiting, complete)
                waiting = [earlier for earlier in waiting if earlier.t[-1] >= complete]
                readings = sum(len(earlier.t) for earlier in waiting)
            waiting.append(message)
            readings += len(message.t)
        await self._write(waiting, until)

    async def redo(self, from_t: int, to_t: int) -> None:
        """Roll up some stretches again, and the hours they belong to."""
        found = self._rollups.stream_messages(self._device_id, from_t=from_t, to_t=to_t - 1)
        messages = [message async for message in found]
        written = self._roll_up(messages, from_t, to_t)
        for rollup in written:
            await self._save(rollup)
        for hour in sorted({start_hour(rollup.start) for rollup in written}):
            if hour < self.progress.hour:
                await self._close_hour(hour)

    async def _write(self, messages: Sequence[StoredMessage], until: int) -> None:
        for rollup in self._roll_up(messages, self.progress.until, until):
            await self._open_hour(start_hour(rollup.start))
            await self._save(rollup)
            self.progress = replace(self.progress, until=rollup.end)
        await self._open_hour(start_hour(until))
        self.progress = replace(self.progress, until=until)

    def _roll_up(
        self, messages: Sequence[StoredMessage], from_t: int, to_t: int
    ) -> Sequence[Rollup]:
        cells = Cells.of_messages(messages, MINUTE.cell_ms, from_t=from_t, to_t=to_t)
        return cut_rollups(self._device_id, cells, MINUTE)

    async def _open_hour(self, hour: int) -> None:
        """Close the hour that is open, if *hour* is a later one. Between them lie no readings."""
        if hour > self.progress.hour:
            await self._close_hour(self.progress.hour)
            self.progress = replace(self.progress, hour=hour)

    async def _close_hour(self, hour: int) -> None:
        minutes = await self._rollups.list_rollups(
            self._device_id, MINUTE, from_t=hour, to_t=hour + HOUR_MS - 1
        )
        cells = join_cells([rollup.cells for rollup in minutes]).gather(HOUR.cell_ms)
        for rollup in cut_rollups(self._device_id, cells, HOUR):
            await self._save(rollup)

    async def _save(self, rollup: Rollup) -> None:
        """Save its cells in their document, unless they are there already.

        Raises ChangedMeanwhileError when others keep changing it.
        """
        for _ in range(TRIES):
            known = await self._rollups.find_rollup(
                self._device_id, rollup.resolution, rollup.start
            )
            renewed = rollup if known is None else known.renew(rollup.cells)
            if known is not None and renewed.to_document() == known.to_document():
                return
            try:
                await self._rollups.save_rollup(renewed)
            except ChangedMeanwhileError:
                continue
            return
        raise ChangedMeanwhileError(
            f"the rollup {rollup.document_id} of {self._device_id!r} keeps changing"
        )
