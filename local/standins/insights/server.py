"""HTTP around the routes: one aiohttp application behind the guard."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from local.listening.guard import Guard
from local.standins.insights.callers import Callers
from local.standins.insights.errors import RefusedError
from local.standins.insights.routes import list_routes
from local.standins.insights.state import TelemetryFiles

MOST_BYTES = 8 * 2**20  # of one request; an exporter sends 512 items of some hundred bytes at once

_log = logging.getLogger(__name__)

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_guard(address: str) -> Guard:
    return Guard(address, lambda refusal: _answer(refusal.status, refusal.message))


def build_application(
    guard: Guard, files: TelemetryFiles, callers: Callers, *, instrumentation_key: str
) -> web.Application:
    """The component with *instrumentation_key*, which keeps what it gets in *files*."""
    app = web.Application(
        middlewares=[guard.as_middleware(), _answer_errors], client_max_size=MOST_BYTES
    )
    app.add_routes(list_routes(files, callers, instrumentation_key=instrumentation_key))
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        if error.status in {401, 403}:  # the client does not show what it is told
            _log.warning("%s %s: %d %s", request.method, request.path, error.status, error)
        return _answer(error.status, str(error))


def _answer(status: int, message: str) -> web.Response:
    errors = [{"index": 0, "statusCode": status, "message": message}]
    return web.json_response(
        {"itemsReceived": 0, "itemsAccepted": 0, "errors": errors}, status=status
    )
