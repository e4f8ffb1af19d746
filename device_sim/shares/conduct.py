"""A session of several processes: connect, say ready, let them work, wait for all, report."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence

from device_sim.session.conduct import SUMMARY_EVERY_S
from device_sim.session.log import RunLog
from device_sim.session.overseer import Overseer, Shown
from device_sim.session.sink import Sink
from device_sim.shares.crew import Crew, has_failed
from device_sim.shares.merge import Merger

BROKEN = 1


async def conduct_shares(
    commands: Sequence[Sequence[str]],
    keys: Sequence[Mapping[str, str]],
    *,
    sink: Sink,
    overseer: Overseer,
) -> int:
    """Run a fleet in a process a share. Returns 0, 3 when a message was not delivered, or what the
    first process that failed ended with (1 when that was a signal).

    *commands*: each share's arguments of ``python -m device_sim``; *keys*: its devices' keys.
    """
    log = RunLog(sink)
    log.tally.devices = sum(len(part) for part in keys)
    session = _Session(commands, keys, log=log, sink=sink, overseer=overseer)
    try:
        return await session.run()
    finally:
        log.close()


class _Session:
    def __init__(
        self,
        commands: Sequence[Sequence[str]],
        keys: Sequence[Mapping[str, str]],
        *,
        log: RunLog,
        sink: Sink,
        overseer: Overseer,
    ) -> None:
        self._merger = Merger(log, sink, len(commands))
        self._crew = Crew(commands, self._merger.note)
        self._keys = keys
        self._log = log
        self._overseer = overseer
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        self._began = time.monotonic()

    async def run(self) -> int:
        self._overseer.listen(self._stop, self._hurry)
        forwarding = asyncio.create_task(self._forward_stops())
        try:
            await self._crew.start(self._keys)
            await self._begin()
            return self._judge(await self._work())
        finally:
            forwarding.cancel()
            self._crew.kill()
            self._write_summary(finished=True)

    async def _begin(self) -> None:
        """Wait until all are connected, and let them begin; not when one ends or is to stop."""
        connecting = asyncio.create_task(self._watch_connecting())
        ready = asyncio.create_task(self._crew.wait_until_ready())
        ends = [asyncio.create_task(end.wait()) for end in (self._stop, self._crew.ended)]
        try:
            await asyncio.wait({ready, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                self._crew.begin(await self._overseer.tell_ready(self._log.tally.devices))
            elif not self._stop.is_set():
                self._crew.stop()
        finally:
            for task in (connecting, ready, *ends):
                task.cancel()

    async def _work(self) -> list[int]:
        with self._overseer.show(self._log.tally, lambda: self._merger.waiting) as progress:
            showing = asyncio.create_task(self._show(progress))
            failing = asyncio.create_task(self._stop_after_failure())
            try:
                return await self._crew.wait()
            finally:
                showing.cancel()
                failing.cancel()

    def _judge(self, codes: Sequence[int]) -> int:
        failed = [code for code in codes if has_failed(code)]
        if not failed:
            return max(codes)
        for number, code in enumerate(codes, start=1):
            if has_failed(code):
                sys.stderr.write(f"process {number} of {len(codes)} ended with code {code}\n")
        return failed[0] if failed[0] > 0 else BROKEN

    async def _forward_stops(self) -> None:
        await self._stop.wait()
        self._crew.stop()
        await self._hurry.wait()
        self._crew.stop()

    async def _stop_after_failure(self) -> None:
        """A fleet that lost a share is no fleet: the others deliver what they hold and end."""
        await self._crew.failed.wait()
        self._stop.set()

    async def _watch_connecting(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            self._overseer.tell_connected(self._merger.connected, self._log.tally.devices)

    async def _show(self, progress: Shown) -> None:
        while True:
            for _ in range(int(SUMMARY_EVERY_S)):
                await asyncio.sleep(1.0)
                progress.show()
            self._write_summary(finished=False)

    def _write_summary(self, *, finished: bool) -> None:
        self._log.write_summary(finished=finished, seconds=time.monotonic() - self._began)
