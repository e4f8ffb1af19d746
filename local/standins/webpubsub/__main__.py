"""python -m local.standins.webpubsub: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import secrets
from pathlib import Path

from local.listening.addresses import loopback_address
from local.listening.sockets import open_certificates
from local.serving import log_to_stderr, make_runner, serve
from local.standins.webpubsub.access.callers import IdentityCallers, KeyCallers
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.server import RETENTION_S, build_application, make_guard


def main() -> None:
    arguments = _parser().parse_args()
    log_to_stderr()
    tls = None if arguments.certificates is None else open_certificates(arguments.certificates)
    scheme = "http" if tls is None else "https"
    origins = Origins(arguments.address, arguments.port, scheme)
    guard = make_guard(arguments.address)
    # Where no server has a key, the service still signs the tokens of clients with one of its own.
    key = arguments.key or secrets.token_urlsafe(32)
    callers = (
        KeyCallers(key, origins)
        if arguments.identities is None
        else IdentityCallers(arguments.identities)
    )
    app = build_application(
        guard, key=key, origins=origins, callers=callers, retention_s=arguments.retention_s
    )
    asyncio.run(serve(make_runner(app), arguments.address, arguments.port, guard, tls=tls))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.standins.webpubsub", description=__doc__)
    parser.add_argument(
        "--address", type=loopback_address, default="127.0.0.1", help="where to listen"
    )
    parser.add_argument("--port", type=int, default=8082)
    opens = parser.add_mutually_exclusive_group(required=True)
    opens.add_argument("--key", help="the access key that signs tokens")
    opens.add_argument("--identities", type=Path, help="folder of identities and their roles")
    parser.add_argument(
        "--certificates", type=Path, help="folder of the server's certificate; plain HTTP without"
    )
    parser.add_argument(
        "--retention-s",
        type=float,
        default=RETENTION_S,
        help="how long a reliable client's session waits to be recovered",
    )
    return parser


if __name__ == "__main__":
    main()
