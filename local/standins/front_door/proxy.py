"""Requests passed on to the functions host, bodies streamed both ways, with the principal set."""

from __future__ import annotations

import logging

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from local.standins.front_door.errors import error_answer
from local.standins.front_door.live import LiveProxy
from local.standins.front_door.principal import PRINCIPAL_PREFIX, principal_headers
from local.standins.front_door.sign_in import find_user

CONNECT_S = 5.0
READ_S = 60.0

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 64 * 1024
NEGOTIATE = "/api/negotiate"
_FORWARDED_PREFIX = "x-forwarded-"
_FETCH_PREFIX = "sec-fetch-"
_HOP_BY_HOP = frozenset(
    {
        "connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip


class ApiProxy:
    """A handler that asks the functions host at *functions_url*."""

    def __init__(
        self,
        functions_url: str,
        *,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
        live: LiveProxy | None = None,
    ) -> None:
        """*live*: whose address stands in the place of the live service's in what is negotiated."""
        self._live = live
        self._functions_url = functions_url.rstrip("/")
        self._read_s = read_s
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=read_s)
        self._session: aiohttp.ClientSession | None = None

    async def open(self, _app: web.Application) -> None:
        self._session = aiohttp.ClientSession(
            timeout=self._timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self, _app: web.Application) -> None:
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None, "open() runs when the application starts"
        call = self._session.request(
            request.method,
            URL(self._functions_url + request.raw_path, encoded=True),
            headers=_request_headers(request),
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        )
        try:
            async with call as upstream:
                if self._live is not None and request.path == NEGOTIATE:
                    return await _translate(request, upstream, self._live)
                return await _pass_on(request, upstream)
        except aiohttp.ConnectionTimeoutError:
            return self._away("does not take connections")
        except TimeoutError:
            message = f"the functions host did not answer within {self._read_s:.0f} s"
            return error_answer(504, "GatewayTimeout", message)
        except aiohttp.ClientError as error:
            return self._away(str(error))

    def _away(self, why: str) -> web.Response:
        _LOG.warning("the functions host at %s is away: %s", self._functions_url, why)
        return error_answer(
            502,
            "BadGateway",
            f"the functions host at {self._functions_url} is away; it may be starting: try again",
        )


async def _translate(
    request: web.Request, upstream: aiohttp.ClientResponse, live: LiveProxy
) -> web.Response:
    headers = _drop_hop_by_hop(upstream.headers)
    headers.popall("Content-Length", None)
    text = live.translate(await upstream.text(), request.host)
    return web.Response(status=upstream.status, headers=headers, body=text.encode())


async def _pass_on(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    answer = web.StreamResponse(
        status=upstream.status, reason=upstream.reason, headers=_drop_hop_by_hop(upstream.headers)
    )
    await answer.prepare(request)
    try:
        async for chunk in upstream.content.iter_chunked(_CHUNK_BYTES):
            await answer.write(chunk)
        await answer.write_eof()
    except (aiohttp.ClientPayloadError, TimeoutError) as error:
        # The status is out already: a connection cut short is the only honest sign left.
        _LOG.warning("the answer to %s broke off: %s", request.path, error)
        if request.transport is not None:
            request.transport.abort()
    return answer


def _request_headers(request: web.Request) -> CIMultiDict[str]:
    headers = _drop_hop_by_hop(request.headers)
    for name in [name for name in headers if _is_ours(name.lower())]:
        headers.popall(name, None)
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Proto"] = request.scheme
    if request.remote is not None:
        headers["X-Forwarded-For"] = request.remote
    principal = find_user(request)
    if principal is not None:
        headers.update(principal_headers(principal))
    return headers


def _is_ours(name: str) -> bool:
    """Headers only the platform may set, and what the guard has checked already.

    The functions host would take the page's origin for that of another site.
    """
    return name == "origin" or name.startswith((PRINCIPAL_PREFIX, _FORWARDED_PREFIX, _FETCH_PREFIX))


def _drop_hop_by_hop(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """*headers* without those that concern one connection only."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    dropped = _HOP_BY_HOP | named
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in dropped
    )
