"""python -m local.standins.webpubsub: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio

from local.listening.addresses import loopback_address
from local.serving import log_to_stderr, make_runner, serve
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.server import RETENTION_S, build_application, make_guard


def main() -> None:
    arguments = _parser().parse_args()
    log_to_stderr()
    origins = Origins(arguments.address, arguments.port)
    guard = make_guard(arguments.address)
    app = build_application(
        guard, key=arguments.key, origins=origins, retention_s=arguments.retention_s
    )
    asyncio.run(serve(make_runner(app), arguments.address, arguments.port, guard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.standins.webpubsub", description=__doc__)
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="where to listen"
    )
    parser.add_argument("--port", type=int, default=8082)
    parser.add_argument("--key", required=True, help="the access key that signs tokens")
    parser.add_argument(
        "--retention-s",
        type=float,
        default=RETENTION_S,
        help="how long a reliable client's session waits to be recovered",
    )
    return parser


if __name__ == "__main__":
    main()
