"""What a client meets behind a troubled proxy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from benchmarks.chaos.proxy import TroubledProxy
from benchmarks.chaos.trouble import (
    CUT,
    HANGING,
    HEALTHY,
    TOO_MANY,
    UNAVAILABLE,
    Trouble,
)
from tests.ports import free_port

ADDRESS = "127.0.0.1"


@asynccontextmanager
async def reached() -> AsyncIterator[tuple[aiohttp.ClientSession, TroubledProxy]]:
    """A client that reaches a small service through a proxy."""

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    service, way = free_port(ADDRESS), free_port(ADDRESS)
    await web.TCPSite(runner, ADDRESS, service).start()
    with TroubledProxy(ADDRESS, way, service) as proxy:
        async with aiohttp.ClientSession(f"http://{ADDRESS}:{way}") as client:
            yield client, proxy
    await runner.cleanup()


async def post(client: aiohttp.ClientSession, body: bytes = b"x" * 200_000) -> int:
    async with client.post("/", data=body) as answer:
        assert answer.status >= 400 or await answer.read() == body
        return answer.status


async def test_a_healthy_way_changes_nothing() -> None:
    async with reached() as (client, _):
        assert [await post(client), await post(client)] == [200, 200]


@pytest.mark.parametrize("trouble", [TOO_MANY, UNAVAILABLE])
async def test_requests_are_refused_on_old_and_new_connections_until_it_heals(
    trouble: Trouble,
) -> None:
    async with reached() as (client, proxy):
        assert await post(client, b"small") == 200
        proxy.suffer(trouble)
        assert [await post(client, b"small") for _ in range(3)] == [trouble.status] * 3
        proxy.suffer(HEALTHY)
        assert await post(client) == 200


async def test_a_cut_way_resets_connections_and_takes_none() -> None:
    async with reached() as (client, proxy):
        assert await post(client, b"small") == 200
        proxy.suffer(CUT)
        for _ in range(2):
            with pytest.raises(aiohttp.ClientError):
                await post(client, b"small")
        proxy.suffer(HEALTHY)
        assert await post(client) == 200


async def test_a_slow_way_delays_each_way() -> None:
    async with reached() as (client, proxy):
        proxy.suffer(Trouble("slow", delay_s=0.2))
        started = time.monotonic()
        assert await post(client, b"small") == 200
        assert time.monotonic() - started >= 0.4


async def test_on_a_hanging_way_nothing_moves_until_it_heals() -> None:
    async with reached() as (client, proxy):
        proxy.suffer(HANGING)
        waiting = asyncio.create_task(post(client, b"small"))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        proxy.suffer(HEALTHY)
        assert await asyncio.wait_for(waiting, timeout=10) == 200
