"""The whole service as one aiohttp application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, web

from local.standins.webpubsub import operations as rest
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.clients import endpoint as client_endpoint
from local.standins.webpubsub.clients.connection import MAX_MESSAGE_BYTES
from local.standins.webpubsub.errors import NotSupportedError, RefusedError
from local.standins.webpubsub.state import Hubs

RETENTION_S = 60.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(*, key: str, origins: Origins, retention_s: float = RETENTION_S) -> web.Application:
    """The service, keyed by *key* and known as *origins*."""
    hubs = Hubs(retention_s=retention_s)
    app = web.Application(middlewares=[_answer_errors], client_max_size=MAX_MESSAGE_BYTES)
    app.add_routes(rest.routes(hubs, key=key, origins=origins))
    app.add_routes(client_endpoint.routes(hubs, key=key, origins=origins))
    app.add_routes([web.route("*", "/{path:.*}", _lacking)])

    async def say_goodbye(_app: web.Application) -> None:
        await hubs.close_all(WSCloseCode.GOING_AWAY, "the service is stopping")

    app.on_shutdown.append(say_goodbye)
    return app


async def _lacking(request: web.Request) -> web.StreamResponse:
    raise NotSupportedError(
        f"{request.method} {request.path} is not supported by the Web PubSub stand-in;"
        " see local/COVERAGE.md for what is"
    )


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        body = {"error": {"code": error.code, "message": str(error)}}
        return web.json_response(body, status=error.status)
