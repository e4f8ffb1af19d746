"""Opening a port for an aiohttp server."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from aiohttp import web

from local.listening.guard import Guard
from local.listening.logs import hide_malformed_requests

KEEP_ALIVE_S = 600.0  # then an idle connection ends


def open_certificates(folder: Path) -> ssl.SSLContext:
    """TLS with the server's certificate that the hub keeps in *folder*. Raises OSError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
    return context


async def listen(
    runner: web.BaseRunner,
    address: str,
    port: int,
    guard: Guard,
    tls: ssl.SSLContext | None = None,
) -> tuple[asyncio.Server, int]:
    """The open server, to be closed before *runner*, and its port. Raises OSError.

    *runner* has been set up, and its handler asks *guard* about each request.
    """
    make_protocol = runner.server
    assert make_protocol is not None, "setup() runs before"
    hide_malformed_requests()

    def accept() -> web.RequestHandler:
        protocol = make_protocol()
        guard.expect_request(protocol)
        return protocol

    server = await asyncio.get_running_loop().create_server(accept, address, port, ssl=tls)
    return server, int(server.sockets[0].getsockname()[1])
