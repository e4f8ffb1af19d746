"""The guard at a server's door: checks before every request, and deadlines for its arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakSet

from aiohttp import web
from aiohttp.typedefs import Middleware

from local.listening.callers import is_host_allowed, is_own_page

HEAD_WITHIN_S = 10.0
BODY_WITHIN_S = 60.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served; *code* is a word for programs."""

    status: int
    code: str
    message: str


Answer = Callable[[Refusal], web.StreamResponse]
IsWelcome = Callable[[web.BaseRequest], bool]


class Guard:
    """Guards a server that listens at *address*; *answer* writes a refusal as the server does.

    *is_welcome* says whether the page that a request comes from, if any, may send it.
    """

    def __init__(
        self,
        address: str,
        answer: Answer,
        *,
        is_welcome: IsWelcome = is_own_page,
        head_within_s: float = HEAD_WITHIN_S,
        body_within_s: float = BODY_WITHIN_S,
    ) -> None:
        self._address = address
        self._answer = answer
        self._is_welcome = is_welcome
        self._head_within_s = head_within_s
        self._body_within_s = body_within_s
        self._heard: WeakSet[asyncio.BaseTransport] = WeakSet()

    def refuse(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """The answer to a request that is not served; None lets it pass."""
        self._expect_body(request)
        refusal = self._find_refusal(request)
        return None if refusal is None else self._answer(refusal)

    def as_middleware(self) -> Middleware:
        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            return self.refuse(request) or await handler(request)

        return check

    def expect_request(self, protocol: web.RequestHandler) -> None:
        """Cut the new connection *protocol* off unless a request's head arrives in time."""
        loop = asyncio.get_running_loop()
        loop.call_later(self._head_within_s, self._cut_if_silent, protocol)

    def _cut_if_silent(self, protocol: web.RequestHandler) -> None:
        transport = protocol.transport
        if transport is not None and transport not in self._heard:
            transport.abort()

    def _expect_body(self, request: web.BaseRequest) -> None:
        if request.transport is not None:
            self._heard.add(request.transport)
        if not request.content.is_eof():
            loop = asyncio.get_running_loop()
            loop.call_later(self._body_within_s, _cut_if_unfinished, request)

    def _find_refusal(self, request: web.BaseRequest) -> Refusal | None:
        if not request.raw_path.startswith("/"):
            # A whole address in the place of a path: callers of proxies send that.
            return Refusal(400, "BadRequest", "ask for a path: this server is no proxy")
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not is_host_allowed(hosts[0], self._address):
            # Else a web page elsewhere could point its own name at this machine (DNS rebinding).
            return Refusal(403, "WrongHost", f"call this server localhost or {self._address}")
        if not self._is_welcome(request):
            return Refusal(403, "WrongOrigin", "a page of another site may not ask for this")
        return None


def _cut_if_unfinished(request: web.BaseRequest) -> None:
    if request.transport is not None and not request.content.is_eof():
        request.transport.abort()
