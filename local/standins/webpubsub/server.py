"""HTTP around the routes: one aiohttp application, errors in Azure's shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, web

from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.clients.connection import MAX_MESSAGE_BYTES
from local.standins.webpubsub.errors import RefusedError
from local.standins.webpubsub.routes import list_routes
from local.standins.webpubsub.state import Hubs

RETENTION_S = 60.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_application(
    *, key: str, origins: Origins, retention_s: float = RETENTION_S
) -> web.Application:
    """The service, keyed by *key* and known as *origins*."""
    hubs = Hubs(retention_s=retention_s)
    app = web.Application(middlewares=[_answer_errors], client_max_size=MAX_MESSAGE_BYTES)
    app.add_routes(list_routes(hubs, key=key, origins=origins))

    async def say_goodbye(_app: web.Application) -> None:
        await hubs.close_all(WSCloseCode.GOING_AWAY, "the service is stopping")

    app.on_shutdown.append(say_goodbye)
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        body = {"error": {"code": error.code, "message": str(error)}}
        return web.json_response(body, status=error.status)
