"""Serve over HTTP as a child process does: ready line, then until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
import sys

from aiohttp import web

from local.listening.guard import Guard
from local.listening.sockets import KEEP_ALIVE_S, listen
from local.ready import announce
from local.signals import list_stop_signals

STOP_WITHIN_S = 5.0


def log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


def make_runner(app: web.Application) -> web.AppRunner:
    return web.AppRunner(
        app, access_log=None, shutdown_timeout=STOP_WITHIN_S, keepalive_timeout=KEEP_ALIVE_S
    )


async def serve(
    runner: web.BaseRunner,
    address: str,
    port: int,
    guard: Guard,
    *,
    tls: ssl.SSLContext | None = None,
    **facts: object,
) -> None:
    """Serve, announce the port and *facts* once it does, stop cleanly on SIGTERM or SIGINT.

    The *runner*'s handler asks *guard* about each request. Without *tls* it is plain HTTP.
    """
    await runner.setup()
    try:
        server, port = await listen(runner, address, port, guard, tls)
        stopped = _catch_stop_signals()
        announce(port=port, **facts)
        await stopped.wait()
        server.close()
    finally:
        await runner.cleanup()


def _catch_stop_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in list_stop_signals():
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
        else:
            loop.add_signal_handler(number, stopped.set)
    return stopped
