"""HTTP around the routes: signatures, limits, and an answer only after the commit."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Final, Protocol

from aiohttp import web

from local.listening.guard import Guard, Refusal
from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import CosmosError, TooLargeError, UnavailableError
from local.standins.cosmos.json_text import write_json
from local.standins.cosmos.routes import answer
from local.standins.cosmos.wire import Call, Reply, error_reply

MOST_BODY_BYTES: Final = 4 * 1024 * 1024

_log = logging.getLogger("cosmos")


class Callers(Protocol):
    """Who may call: whoever has the key, or identities with roles."""

    def check(self, call: Call, now_s: float) -> None:
        """Raises UnauthorizedError, ForbiddenError."""


class Service:
    """Answers HTTP requests. Writes of one turn of the event loop share a transaction."""

    def __init__(self, context: Context, callers: Callers, guard: Guard) -> None:
        self._context = context
        self._guard = guard
        self._callers = callers
        self._commit: asyncio.Future[None] | None = None

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        refused = self._guard.refuse(request)
        if refused is not None:
            return refused
        headers = {name.lower(): _replace_odd(value) for name, value in request.headers.items()}
        try:
            body = await _body(request)
            call = Call(request.method, _replace_odd(request.rel_url.raw_path), headers, body)
            self._callers.check(call, self._context.store.clock())
            reply = answer(self._context, call)
            await self.wait_for_commit()
        except CosmosError as error:
            reply = error_reply(error)
        return _response(reply, headers.get("x-ms-activity-id"))

    async def wait_for_commit(self) -> None:
        """Wait until what has been written so far is on disk."""
        if self._context.store.is_dirty:
            if self._commit is None:
                loop = asyncio.get_running_loop()
                self._commit = loop.create_future()
                loop.call_soon(self._commit_now)
            await self._commit

    def _commit_now(self) -> None:
        future, self._commit = self._commit, None
        assert future is not None
        try:
            self._context.store.commit()
        except sqlite3.Error as error:
            _log.exception("a commit failed; the requests that waited for it are refused")
            future.set_exception(UnavailableError(f"The commit failed: {error}."))
        else:
            future.set_result(None)


async def _body(request: web.BaseRequest) -> bytes:
    if not request.body_exists:
        return b""
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > MOST_BODY_BYTES:
            raise TooLargeError(f"The request is larger than {MOST_BODY_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts)


def answer_refusal(refusal: Refusal) -> web.Response:
    reply = Reply(refusal.status, write_json({"code": refusal.code, "message": refusal.message}))
    return _response(reply, None)


def _replace_odd(text: str) -> str:
    """*text* without bytes that are not UTF-8, which no answer could quote."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _response(reply: Reply, activity_id: str | None) -> web.Response:
    headers = reply.headers
    headers["x-ms-activity-id"] = activity_id or ""
    headers["x-ms-version"] = "2020-07-15"
    if reply.body:
        headers["content-type"] = "application/json"
    return web.Response(status=reply.status, body=reply.body, headers=headers)
