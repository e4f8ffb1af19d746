"""``python -m local.beside_func``: all that ``func start`` needs beside it.

The services of local.settings.sample.json at the addresses that it names, so that Azure Functions
Core Tools run the app in functions/ by themselves, as an editor with a debugger starts them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.endpoints import Endpoints
from local.orphans import OrphanWatch
from local.ports import PortInUseError
from local.prepare import PreparationError
from local.processes import ProcessFailedError
from local.signals import catch_stop_signals
from local.stack import Stack
from local.state import StateError, StateInUseError, claim_state

# What the sample's REQUESTS_CA_BUNDLE names.
STATE = Path(".local/state")
LOOK_EVERY_S = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C. Returns 1 when a service could not start, or ended by itself."""
    argparse.ArgumentParser(prog="local.beside_func", description=__doc__).parse_args(arguments)
    try:
        return serve_beside(Endpoints(), STATE.resolve())
    except (
        PortInUseError, PreparationError, ProcessFailedError, StateError, StateInUseError,
    ) as error:  # fmt: skip
        print(f"failed: {error}", file=sys.stderr)
        return 1


def serve_beside(endpoints: Endpoints, state: Path) -> int:
    """Serve at *endpoints* until a signal; what the last run left in *state* stays."""
    stopped = catch_stop_signals()
    ports = ", ".join(f"{port} ({name})" for name, port in endpoints.ports().items())
    with (
        claim_state(state, address=endpoints.address, ports=ports),
        OrphanWatch() as orphans,
        Stack(endpoints, state, host="none", on_start=orphans.add) as stack,
    ):
        print(
            f"\n  cd functions && func start\n  then open {stack.url}\n\nCtrl-C ends the services.",
            flush=True,
        )
        while not stopped.wait(LOOK_EVERY_S):
            for child in stack.find_fallen():
                print(f"  ✗ {child.name} ended by itself:\n{child.quote_log()}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
