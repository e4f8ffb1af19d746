"""Deadlines of the guard, over real connections, and what the log keeps to itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from local.listening.guard import Guard, Refusal
from local.listening.sockets import listen

WITHIN_S = 0.2


def answer(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.status, text=refusal.code)


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


@pytest.fixture
async def port() -> AsyncIterator[int]:
    guard = Guard("127.0.0.1", answer, head_within_s=WITHIN_S, body_within_s=WITHIN_S)
    app = web.Application(middlewares=[guard.as_middleware()])
    app.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    server, number = await listen(runner, "127.0.0.1", 0, guard)
    yield number
    server.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
    ],
)
async def test_what_does_not_arrive_in_time_is_cut_off(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


async def test_a_connection_in_use_is_kept(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
    writer.write(request + b"h")
    await asyncio.sleep(0)
    writer.write(b"i")
    assert (await reader.readuntil(b"hi")).startswith(b"HTTP/1.1 200")
    silent_reader, silent_writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(silent_reader.read(), 10) == b""  # its deadline came later
    silent_writer.close()
    writer.write(request + b"yo")
    assert (await reader.readuntil(b"yo")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_the_log_does_not_quote_a_malformed_request(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cr\x01et\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.0 400")
    writer.close()
    assert "a request that is not HTTP was refused" in caplog.text
    assert "s3cr" not in caplog.text
