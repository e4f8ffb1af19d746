"""python -m local.standins.front_door: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from local.listening.addresses import loopback_address
from local.serving import log_to_stderr, make_runner, serve
from local.standins.front_door.live import LiveProxy
from local.standins.front_door.server import build_application, make_guard


def main() -> None:
    arguments = _parser().parse_args()
    log_to_stderr()
    guard = make_guard(arguments.address)
    live = (
        None if arguments.live_url is None else LiveProxy(arguments.live_url, arguments.authority)
    )
    app = build_application(arguments.functions_url, guard, live=live)
    host = "localhost" if arguments.address == "127.0.0.1" else arguments.address
    url = f"http://{host}:{arguments.port}/"
    asyncio.run(serve(make_runner(app), arguments.address, arguments.port, guard, url=url))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.standins.front_door", description=__doc__
    )
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="where to listen"
    )
    parser.add_argument("--port", type=int, default=4280)
    parser.add_argument("--functions-url", required=True, help="the functions host, for /api")
    parser.add_argument("--live-url", help="the live service, where browsers do not trust it")
    parser.add_argument("--authority", type=Path, help="of the live service's certificate, PEM")
    return parser


if __name__ == "__main__":
    main()
