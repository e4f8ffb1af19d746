"""A service in the place of Azure's that answers every call in one way, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from local.addresses import find_free_address

REASONS = {200: "OK", 400: "Bad Request"}


@dataclass
class TroubledService:
    """``address``: of its HTTP port. ``calls``: requests so far."""

    address: str = ""
    calls: int = 0


@asynccontextmanager
async def answer_always(trouble: int | str) -> AsyncIterator[TroubledService]:
    """*trouble*: a status; ``cut``: the connection ends in the middle of the answer; ``hang``."""
    service = TroubledService()
    stopped = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                service.calls += 1
                if trouble == "hang":
                    await stopped.wait()
                    return
                if trouble == "cut":
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
                    return
                head = f"HTTP/1.1 {trouble} {REASONS.get(int(trouble), 'Trouble')}\r\n"
                # Closed each time: the body that was sent is never read.
                writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, find_free_address(), 0)
    host, port = server.sockets[0].getsockname()[:2]
    service.address = f"http://{host}:{port}"
    try:
        yield service
    finally:
        stopped.set()
        server.close()
