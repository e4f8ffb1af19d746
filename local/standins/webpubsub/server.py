"""HTTP around the routes: one aiohttp application, errors in Azure's shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, web

from local.listening.callers import is_local_page, is_own_page
from local.listening.guard import Guard, Refusal
from local.standins.webpubsub.access.callers import Callers
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.clients.connection import MAX_MESSAGE_BYTES
from local.standins.webpubsub.errors import RefusedError
from local.standins.webpubsub.routes import list_routes
from local.standins.webpubsub.state import Hubs

RETENTION_S = 60.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_guard(address: str) -> Guard:
    """Pages of this machine may be clients, with their tokens; no page may call the REST side."""
    return Guard(address, answer_refusal, is_welcome=_is_welcome)


def build_application(
    guard: Guard,
    *,
    key: str,
    origins: Origins,
    callers: Callers,
    retention_s: float = RETENTION_S,
) -> web.Application:
    """The service, known as *origins*; *key* signs the tokens of clients."""
    hubs = Hubs(retention_s=retention_s)
    app = web.Application(
        middlewares=[guard.as_middleware(), _answer_errors], client_max_size=MAX_MESSAGE_BYTES
    )
    app.add_routes(list_routes(hubs, key=key, origins=origins, callers=callers))

    async def say_goodbye(_app: web.Application) -> None:
        await hubs.close_all(WSCloseCode.GOING_AWAY, "the service is stopping")

    app.on_shutdown.append(say_goodbye)
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        return answer_error(error.status, error.code, str(error))


def answer_refusal(refusal: Refusal) -> web.Response:
    return answer_error(refusal.status, refusal.code, refusal.message)


def answer_error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def _is_welcome(request: web.BaseRequest) -> bool:
    return is_local_page(request) if request.path.startswith("/client/") else is_own_page(request)
