"""WebSockets passed on: both ways, with the subprotocol, and with the reason of an end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import certifi
from aiohttp import web
from aiohttp.test_utils import TestServer

from local.standins.front_door.live import PATH, LiveProxy

PROTOCOL = "json.webpubsub.azure.v1"
NO_RECOVERY = 1008


async def serve_client(request: web.Request) -> web.StreamResponse:
    """A live service: echoes in the protocol, ends with its own code, refuses without a token."""
    if request.query.get("access_token") != "good":
        return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
    socket = web.WebSocketResponse(protocols=[PROTOCOL])
    await socket.prepare(request)
    async for message in socket:
        if message.data == "end":
            await socket.close(code=NO_RECOVERY, message=b"there is nothing to recover")
        elif message.type == aiohttp.WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        else:
            await socket.send_str(f"{request.match_info['hub']}: {message.data}")
    return socket


@asynccontextmanager
async def front_door() -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    service = web.Application()
    service.add_routes([web.get(PATH, serve_client)])
    async with TestServer(service) as upstream:
        live = LiveProxy(str(upstream.make_url("")), Path(certifi.where()))
        door = web.Application()
        door.add_routes([web.get(PATH, live.handle)])
        door.on_startup.append(live.open)
        door.on_cleanup.append(live.close)
        async with TestServer(door) as server, aiohttp.ClientSession() as session:
            yield session, str(server.make_url("/client/hubs/tocsin"))


async def test_messages_go_both_ways() -> None:
    async with (
        front_door() as (session, url),
        session.ws_connect(f"{url}?access_token=good", protocols=[PROTOCOL]) as socket,
    ):
        assert socket.protocol == PROTOCOL
        await socket.send_str("hello")
        assert (await socket.receive_str()) == "tocsin: hello"
        await socket.send_bytes(b"\x00\x01")
        assert (await socket.receive_bytes()) == b"\x00\x01"


async def test_the_code_with_which_the_service_ends_reaches_the_client() -> None:
    async with (
        front_door() as (session, url),
        session.ws_connect(f"{url}?access_token=good", protocols=[PROTOCOL]) as socket,
    ):
        await socket.send_str("end")
        message = await socket.receive()
        assert message.type == aiohttp.WSMsgType.CLOSE
        assert message.data == NO_RECOVERY


async def test_a_refusal_keeps_its_status() -> None:
    async with front_door() as (session, url):
        answer = await session.get(
            f"{url}?access_token=forged",
            headers={
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            },
        )  # fmt: skip
        assert answer.status == 401


def test_the_service_is_told_by_the_address_of_the_front_door(tmp_path: Path) -> None:
    live = LiveProxy("https://127.0.0.9:8082", tmp_path)
    text = '{"url": "wss://127.0.0.9:8082/client/hubs/tocsin?access_token=t"}'
    assert live.translate(text, "127.0.0.9:4280") == (
        '{"url": "ws://127.0.0.9:4280/client/hubs/tocsin?access_token=t"}'
    )
