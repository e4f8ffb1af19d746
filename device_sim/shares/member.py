"""A share's process: it answers to the one that started it, and logs through it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import IO, Any, Self

from device_sim.session.log import Tally
from device_sim.session.overseer import Shown, list_stop_signals
from device_sim.shares import lines


class LineSink:
    """Tells the parent every line of the log."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def append(self, name: str, line: Mapping[str, Any]) -> None:
        self.tell({lines.APPEND: name, lines.LINE: line})

    def replace(self, name: str, content: Sequence[Mapping[str, Any]]) -> None:
        self.tell({lines.REPLACE: name, lines.LINES: list(content)})

    def close(self) -> None:
        return

    def tell(self, words: Mapping[str, Any]) -> None:
        """Say something to the parent. One that is gone hears nothing; its end ends us too."""
        try:
            self._out.write(lines.encode_line(words))
            self._out.flush()
        except BrokenPipeError:
            return


class Parent:
    """The overseer of a share: the process at the other end of standard input and output."""

    def __init__(self, orders: IO[bytes], sink: LineSink) -> None:
        self._orders = orders
        self._sink = sink
        self._begin: asyncio.Future[int] | None = None

    def read_keys(self) -> dict[str, str]:
        """The devices' keys, the first thing that is said. Empty when the parent is gone."""
        line = self._orders.readline()
        return dict(json.loads(line)[lines.KEYS]) if line else {}

    def listen(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        for number in list_stop_signals():
            # Ctrl-C reaches every process of a terminal; only the parent acts on it.
            signal.signal(number, signal.SIG_IGN)
        loop = asyncio.get_running_loop()
        self._begin = loop.create_future()

        def stop_once() -> None:
            if stop.is_set():
                hurry.set()
            stop.set()

        def follow() -> None:
            for line in self._orders:
                order = json.loads(line)
                if lines.BEGIN in order:
                    loop.call_soon_threadsafe(self._settle_begin, int(order[lines.BEGIN]))
                if lines.STOP in order:
                    loop.call_soon_threadsafe(stop_once)
            for _ in range(2):
                loop.call_soon_threadsafe(stop_once)

        threading.Thread(target=follow, daemon=True).start()

    def tell_connected(self, connected: int, _devices: int, /) -> None:
        self._sink.tell({lines.CONNECTED: connected})

    async def tell_ready(self, _devices: int, /) -> int:
        assert self._begin is not None, "listen comes first"
        self._sink.tell({lines.READY: True})
        return await self._begin

    def show(self, tally: Tally, waiting: Callable[[], int]) -> Shown:
        return _ToldProgress(self._sink, tally, waiting)

    def _settle_begin(self, start_ms: int) -> None:
        if self._begin is not None and not self._begin.done():
            self._begin.set_result(start_ms)


class _ToldProgress:
    def __init__(self, sink: LineSink, tally: Tally, waiting: Callable[[], int]) -> None:
        self._sink = sink
        self._tally = tally
        self._waiting = waiting

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.show()

    def show(self) -> None:
        self._sink.tell({lines.TALLY: asdict(self._tally), lines.WAITING: self._waiting()})


def make_member() -> tuple[Parent, LineSink]:
    """The two ends of this process's standard streams."""
    sink = LineSink(sys.stdout.buffer)
    # Unbuffered: at the end of the program a thread that waits in a buffer would be an error.
    return Parent(open(0, "rb", buffering=0, closefd=False), sink), sink
