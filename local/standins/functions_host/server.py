"""HTTP around the routes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import web

from local.listening.guard import Guard, Refusal
from local.listening.sockets import KEEP_ALIVE_S, listen
from local.standins.functions_host.errors import StartError

LARGEST_BODY_BYTES = 100 * 1024 * 1024  # the real host's limit


class HttpServer:
    """Serves *routes* at *address*; what runs when it closes gets *stop_within_s*."""

    def __init__(
        self, routes: Iterable[web.AbstractRouteDef], address: str, *, stop_within_s: float
    ) -> None:
        self._address = address
        self._guard = Guard(address, answer_refusal)
        application = web.Application(
            middlewares=[self._guard.as_middleware()], client_max_size=LARGEST_BODY_BYTES
        )
        application.add_routes(routes)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=stop_within_s,
            keepalive_timeout=KEEP_ALIVE_S,
        )
        self._server: asyncio.Server | None = None

    async def listen(self, port: int) -> int:
        """The port it listens on. Raises StartError when it is taken."""
        await self._runner.setup()
        try:
            self._server, port = await listen(self._runner, self._address, port, self._guard)
        except OSError as error:
            raise StartError(
                f"cannot listen on {self._address}:{port}: {error.strerror}"
            ) from error
        return port

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()


def answer_refusal(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.status, text=f"{refusal.code}: {refusal.message}\n")
