"""python -m local.standins.insights: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from local.listening.addresses import loopback_address
from local.listening.sockets import open_certificates
from local.serving import log_to_stderr, make_runner, serve
from local.standins.insights.callers import AnyCaller, IdentityCallers
from local.standins.insights.server import build_application, make_guard
from local.standins.insights.state import TelemetryFiles


def main() -> None:
    arguments = _parser().parse_args()
    log_to_stderr()
    tls = None if arguments.certificates is None else open_certificates(arguments.certificates)
    guard = make_guard(arguments.address)
    callers = AnyCaller() if arguments.identities is None else IdentityCallers(arguments.identities)
    app = build_application(
        guard, TelemetryFiles(arguments.state), callers, instrumentation_key=arguments.key
    )
    asyncio.run(serve(make_runner(app), arguments.address, arguments.port, guard, tls=tls))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.standins.insights", description=__doc__)
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="where to listen"
    )
    parser.add_argument("--port", type=int, default=8084)
    parser.add_argument("--state", type=Path, required=True, help="folder of what is kept")
    parser.add_argument("--key", required=True, help="the instrumentation key of the component")
    parser.add_argument("--identities", type=Path, help="folder of identities and their roles")
    parser.add_argument(
        "--certificates", type=Path, help="folder of the server's certificate; plain HTTP without"
    )
    return parser


if __name__ == "__main__":
    main()
