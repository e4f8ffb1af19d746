"""A TCP proxy whose connections a test can cut, as a bad network would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class CuttableProxy:
    """Listens on *port* (any free one at first) and forwards to another address."""

    def __init__(self, address: str, target_port: int) -> None:
        self.port = 0
        self.connections = 0  # accepted so far
        self._address = address
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._address, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Reset every connection and take no new ones until ``open`` is called again."""
        assert self._server is not None, "the proxy is not open"
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            there, back = await asyncio.open_connection(self._address, self._target_port)
        except ConnectionError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(there, writer))
        self._writers -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()
    except ConnectionError:
        writer.transport.abort()
    else:
        writer.close()


@asynccontextmanager
async def cuttable_proxy(address: str, target_port: int) -> AsyncIterator[CuttableProxy]:
    proxy = CuttableProxy(address, target_port)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.cut()
