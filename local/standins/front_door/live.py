"""Live messages through the front door, where browsers do not trust the service's certificate.

In a run without keys Web PubSub speaks TLS with a certificate of this machine's own authority. So
clients are told this front door's address in its place, and their WebSockets are passed on.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from local.standins.front_door.errors import error_answer

PATH = "/client/hubs/{hub}"
_MOST_BYTES = 1024 * 1024
_LOG = logging.getLogger(__name__)

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


class LiveProxy:
    """Passes WebSockets on to the service at *live_url*, whose certificate is from *authority*."""

    def __init__(self, live_url: str, authority: Path) -> None:
        self._live_url = live_url.rstrip("/")
        self._authority = authority
        self._session: aiohttp.ClientSession | None = None

    async def open(self, _app: web.Application) -> None:
        tls = ssl.create_default_context(cafile=str(self._authority))
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls, limit=0))

    async def close(self, _app: web.Application) -> None:
        if self._session is not None:
            await self._session.close()

    def translate(self, text: str, host: str) -> str:
        """*text* with the service's address replaced by that of this front door, *host*."""
        secure = self._live_url.replace("https://", "wss://", 1)
        return text.replace(secure, f"ws://{host}")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None, "open() runs when the application starts"
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [name.strip() for name in offered.split(",") if name.strip()]
        try:
            upstream = await self._session.ws_connect(
                URL(self._live_url + request.raw_path, encoded=True),
                protocols=protocols,
                max_msg_size=_MOST_BYTES,
            )
        except aiohttp.WSServerHandshakeError as error:
            return error_answer(error.status, "Refused", error.message)
        except aiohttp.ClientError as error:
            _LOG.warning("the live service at %s is away: %s", self._live_url, error)
            return error_answer(502, "BadGateway", "the live service is away; it may be starting")
        chosen = [upstream.protocol] if upstream.protocol else []
        client = web.WebSocketResponse(protocols=chosen, max_msg_size=_MOST_BYTES)
        await client.prepare(request)
        await _join(client, upstream)
        return client


async def _join(client: web.WebSocketResponse, upstream: aiohttp.ClientWebSocketResponse) -> None:
    """Pass on what either sends, until one of them closes."""
    ways = [
        asyncio.create_task(_pass_on(client, upstream)),
        asyncio.create_task(_pass_on(upstream, client)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await upstream.close()
        # Why the service ended it tells a client whether it may come back where it was.
        await client.close(code=upstream.close_code or aiohttp.WSCloseCode.GOING_AWAY)


async def _pass_on(source: Socket, sink: Socket) -> None:
    async for message in source:
        if message.type == aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type == aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)
