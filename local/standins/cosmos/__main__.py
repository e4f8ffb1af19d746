"""``python -m local.standins.cosmos``: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Final

from aiohttp import web

from local.listening.addresses import loopback_address
from local.listening.guard import Guard
from local.listening.sockets import KEEP_ALIVE_S, open_certificates
from local.serving import log_to_stderr, serve
from local.standins.cosmos.context import Context
from local.standins.cosmos.roles import Roles
from local.standins.cosmos.server import Callers, Service, answer_refusal
from local.standins.cosmos.signature import Signatures
from local.standins.cosmos.state.expiry import purge_forever
from local.standins.cosmos.state.indexes import Indexes
from local.standins.cosmos.state.store import Store

_STOP_WITHIN_S: Final = 2.0


def main() -> None:
    parser = _parser()
    arguments = parser.parse_args()
    log_to_stderr()
    try:
        callers = _open_callers(arguments)
    except ValueError as error:
        parser.error(f"--key: {error}")
    try:
        asyncio.run(_serve(arguments, callers))
    except OSError as error:
        parser.error(f"cannot listen on {arguments.address}:{arguments.port}: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.standins.cosmos", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of the SQLite file")
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="address to listen on"
    )
    parser.add_argument("--port", type=int, default=8081, help="port to listen on; 0 picks one")
    opens = parser.add_mutually_exclusive_group(required=True)
    opens.add_argument("--key", help="the account's master key, base64")
    opens.add_argument("--identities", type=Path, help="folder of identities and their roles")
    parser.add_argument(
        "--certificates", type=Path, help="folder of the server's certificate; plain HTTP without"
    )
    return parser


def _open_callers(arguments: argparse.Namespace) -> Callers:
    if arguments.identities is None:
        return Signatures(arguments.key)
    hosts = {arguments.address, "localhost" if arguments.address == "127.0.0.1" else ""} - {""}
    return Roles(arguments.identities, *hosts)


async def _serve(arguments: argparse.Namespace, callers: Callers) -> None:
    address: str = arguments.address
    tls = None if arguments.certificates is None else open_certificates(arguments.certificates)
    store = Store(arguments.state / "cosmos.db", time.time)
    guard = Guard(address, answer_refusal)
    scheme = "http" if tls is None else "https"
    service = Service(Context(store, Indexes(store), scheme), callers, guard)
    # Without an application's router: the routes are our own, and writes have to be fast.
    runner = web.ServerRunner(
        web.Server(service.handle, access_log=None, keepalive_timeout=KEEP_ALIVE_S),
        shutdown_timeout=_STOP_WITHIN_S,
    )
    purging = asyncio.create_task(purge_forever(store, service.wait_for_commit))
    try:
        await serve(runner, address, arguments.port, guard, tls=tls)
    finally:
        purging.cancel()
        store.close()


if __name__ == "__main__":
    main()
