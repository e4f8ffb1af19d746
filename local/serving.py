"""Serve an aiohttp application as a child process does: ready line, then until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from aiohttp import web

from local.ready import announce

_STOP_WITHIN_S = 5.0


def log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


async def serve(app: web.Application, address: str, port: int, **facts: object) -> None:
    """Serve *app*, announce *facts* once it does, and stop cleanly on SIGTERM or SIGINT."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_WITHIN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, address, port).start()
        stopped = _stop_signal()
        announce(port=port, **facts)
        await stopped.wait()
    finally:
        await runner.cleanup()


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stopped.set))
        else:
            loop.add_signal_handler(name, stopped.set)
    return stopped
