"""HTTP around the routes."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from local.standins.functions_host.errors import StartError

LARGEST_BODY_BYTES = 100 * 1024 * 1024  # the real host's limit


class HttpServer:
    """Serves *routes*; what runs when it closes gets *stop_within_s*."""

    def __init__(self, routes: Iterable[web.AbstractRouteDef], *, stop_within_s: float) -> None:
        application = web.Application(client_max_size=LARGEST_BODY_BYTES)
        application.add_routes(routes)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=stop_within_s)

    async def listen(self, address: str, port: int) -> int:
        """The port it listens on. Raises StartError when it is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, address, port).start()
        except OSError as error:
            raise StartError(f"cannot listen on {address}:{port}: {error.strerror}") from error
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        await self._runner.cleanup()
