"""``python -m local.standins.functions_host --app FOLDER --address A --port P``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from local.listening.addresses import loopback_address
from local.standins.functions_host import logs
from local.standins.functions_host.app.loading import App, load_app
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.host import Host

_log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the host; returns the process's exit code: 1 when the app cannot be started."""
    options = _parser().parse_args(arguments)
    logs.set_up({})
    try:
        app = load_app(options.app.resolve(), options.functions)
        asyncio.run(_run(app, options))
    except StartError as error:
        _log.error("%s", error)
        return 1
    except Exception:  # noqa: BLE001 - the last resort: logged whole, and said by the exit code
        _log.exception("the host failed")
        return 1
    return 0


async def _run(app: App, options: argparse.Namespace) -> None:
    host = Host(app, state=options.state)
    if options.show_key_location:
        files = host.key_files()
        sys.stdout.write((files.location if files else "the app uses no keys") + "\n")
        return
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(host.stop))
        else:
            loop.add_signal_handler(name, host.stop)
    await host.serve(options.address, options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local.standins.functions_host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="the folder of function_app.py")
    parser.add_argument("--address", type=loopback_address, default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument(
        "--functions", nargs="+", default=[], metavar="NAME", help="take these alone (default all)"
    )
    parser.add_argument("--state", type=Path, help="folder for the keys, instead of blob storage")
    parser.add_argument(
        "--show-key-location", action="store_true", help="say where the function keys are, and end"
    )
    return parser


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    sys.stdout.flush()
    # A thread that still runs a function would hold the process back.
    os._exit(code)
