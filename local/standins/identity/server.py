"""HTTP around the routes: one aiohttp application behind the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from local.identities.tokens import Tokens
from local.listening.guard import Guard
from local.standins.identity.errors import RefusedError
from local.standins.identity.routes import list_routes

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_guard(address: str) -> Guard:
    return Guard(address, lambda refusal: _answer(refusal.status, refusal.code, refusal.message))


def build_application(guard: Guard, tokens: Tokens, secrets: Mapping[str, str]) -> web.Application:
    """The endpoint; *secrets*: by the header of a process the identity that it has."""
    app = web.Application(middlewares=[guard.as_middleware(), _answer_errors])
    app.add_routes(list_routes(tokens, secrets))
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        return _answer(error.status, error.code, str(error))


def _answer(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "error_description": message}, status=status)
