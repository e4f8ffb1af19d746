"""A TCP proxy before a service, whose traffic can be made to fail in the ways services fail."""

from __future__ import annotations

import asyncio
import re
import threading
from types import TracebackType
from typing import Self

from benchmarks.chaos.trouble import HEALTHY, Trouble

CHUNK = 65_536
WITHIN_S = 10.0  # the thread is on its way, or has ended
REQUEST_LINE = re.compile(rb"[A-Z]{3,8} \S+ HTTP/1\.[01]\r\n")


class TroubledProxy:
    """Forwards *port* of *address* to *target_port* there, as its ``trouble`` lets it.

    Runs in a thread of its own, so that whoever sets the trouble may block meanwhile.
    """

    def __init__(self, address: str, port: int, target_port: int) -> None:
        self._address = address
        self._port = port
        self._target_port = target_port
        self._trouble = HEALTHY
        self._loop = asyncio.new_event_loop()
        self._healed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(WITHIN_S):
            raise OSError(f"no proxy on port {self._port} of {self._address}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(WITHIN_S)

    def suffer(self, trouble: Trouble) -> None:
        """Have the traffic fail so from now on; HEALTHY ends it. Returns once it does."""
        asyncio.run_coroutine_threadsafe(self._change(trouble), self._loop).result(WITHIN_S)

    async def _change(self, trouble: Trouble) -> None:
        self._trouble = trouble
        if trouble.kind == "hang":
            self._healed.clear()
        else:
            self._healed.set()
        if trouble.kind == "cut":
            for writer in self._writers:
                writer.transport.abort()

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        self._healed.set()
        server = await asyncio.start_server(self._serve, self._address, self._port)
        self._listening.set()
        await self._ended.wait()
        server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._healed.wait()
        if self._trouble.kind == "cut":
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(self._address, self._target_port)
        except OSError:  # the service itself is away
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        try:
            await asyncio.gather(self._send(reader, back, writer), self._receive(there, writer))
        except OSError:
            pass  # one end is gone: the other is closed below
        finally:
            for end in (writer, back):
                self._writers.discard(end)
                end.transport.abort()

    async def _send(
        self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        """Client to service."""
        while content := await reader.read(CHUNK):
            await self._hold()
            if self._trouble.kind == "refuse" and REQUEST_LINE.match(content):
                back.write(self._trouble.answer())
                back.close()
                await back.wait_closed()  # an abort would take the answer with it
                raise ConnectionAbortedError("refused")
            there.write(content)
            await there.drain()
        there.write_eof()

    async def _receive(self, there: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Service to client."""
        while content := await there.read(CHUNK):
            await self._hold()
            back.write(content)
            await back.drain()
        back.write_eof()

    async def _hold(self) -> None:
        await self._healed.wait()
        if self._trouble.kind == "slow":
            await asyncio.sleep(self._trouble.delay_s)
