"""python -m local.standins.identity: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from local.identities.tokens import Tokens
from local.listening.addresses import loopback_address
from local.serving import log_to_stderr, make_runner, serve
from local.standins.identity.server import build_application, make_guard


def main() -> None:
    parser = _parser()
    arguments = parser.parse_args()
    log_to_stderr()
    guard = make_guard(arguments.address)
    secrets = dict(secret.partition("=")[::2] for secret in arguments.process)
    app = build_application(guard, Tokens(arguments.folder), secrets)
    asyncio.run(serve(make_runner(app), arguments.address, arguments.port, guard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.standins.identity", description=__doc__)
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="where to listen"
    )
    parser.add_argument("--port", type=int, default=8083)
    parser.add_argument("--folder", type=Path, required=True, help="of the key that signs tokens")
    parser.add_argument(
        "--process", action="append", default=[], metavar="SECRET=IDENTITY",
        help="the IDENTITY_HEADER of a process, and the identity that it has",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    main()
