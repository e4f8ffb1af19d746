"""``python -m device_sim``: the command line of the device simulator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from device_sim.commands import generate, provision, replay, run, show_workload, smoke
from device_sim.errors import SimulatorError

EPILOG = """A first round, with the hub's connection string in IOTHUB_CONNECTION
(HostName=…;SharedAccessKeyName=…;SharedAccessKey=…) and, for a hub with its own CA, that CA's
PEM file in IOTHUB_CA_FILE (and in REQUESTS_CA_BUNDLE for the registry):

  python -m device_sim provision                     register the fleet of fleet.yaml
  python -m device_sim run --devices 10 --duration 60 --faults demo --log out
  python -m device_sim provision --device bench-pump --site north
  python -m device_sim replay valve1/1.csv --device bench-pump --speed 10
  python -m device_sim generate --profile pump --hours 24 --out pump.csv
  python -m device_sim workload --site north         the tasks of a site, as the product takes them
  python -m device_sim smoke --page http://localhost:4280   one message's way through a deployment

Each COMMAND has its own --help. Exit codes: 0 done, 2 bad input, 3 a message was not delivered."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns its exit code: 0, 2 on bad input, 3 when a message was not delivered.
    """
    parser = argparse.ArgumentParser(
        prog="python -m device_sim",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Simulated industrial devices: signals, faults, recordings, and their sending.",
        epilog=EPILOG,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (provision, run, replay, generate, show_workload, smoke):
        command.add_parser(commands)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except SimulatorError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
