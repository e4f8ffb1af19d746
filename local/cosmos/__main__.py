"""``python -m local.cosmos --state DIR --address A --port P --key KEY``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import time
from pathlib import Path
from typing import Final

from aiohttp import web

from local.cosmos.context import Context
from local.cosmos.expiry import purge_forever
from local.cosmos.indexes import Indexes
from local.cosmos.server import Service
from local.cosmos.signature import Signatures
from local.cosmos.store import Store
from local.ready import announce

SHUTDOWN_S: Final = 2.0


def main() -> None:
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(_serve(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.cosmos", description="Cosmos DB stand-in"
    )
    parser.add_argument("--state", type=Path, required=True, help="folder of the SQLite file")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on; 0 picks one")
    parser.add_argument("--key", required=True, help="the account's master key, base64")
    return parser


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store(arguments.state / "cosmos.db", time.time)
    service = Service(Context(store, Indexes(store)), Signatures(arguments.key))
    runner = web.ServerRunner(
        web.Server(service.handle, access_log=None), shutdown_timeout=SHUTDOWN_S
    )
    await runner.setup()
    site = web.TCPSite(runner, arguments.address, arguments.port)
    await site.start()
    purging = asyncio.create_task(purge_forever(store, service.committed))
    announce(port=runner.addresses[0][1])
    await stop.wait()
    purging.cancel()
    await runner.cleanup()
    store.close()


if __name__ == "__main__":
    main()
