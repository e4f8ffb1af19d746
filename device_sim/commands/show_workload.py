"""``workload``: prints the tasks of a site in the form the product takes them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device_sim.commands.flags import count_type
from device_sim.errors import UsageError
from device_sim.fleet.growth import MOST_DEVICES, load_sized_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from device_sim.fleet.workload import workload_document
from tocsin.profiles import load_profiles


def show_workload(arguments: argparse.Namespace) -> int:
    """Print the tasks of a site as JSON. Returns 0. Raises UsageError for an unknown site."""
    fleet = load_sized_fleet(arguments.fleet, load_profiles(), arguments.devices)
    if arguments.site not in fleet.sites:
        sites = ", ".join(fleet.sites)
        raise UsageError(f"--site {arguments.site}: no such site; there are {sites}")
    document = workload_document(fleet.tasks, arguments.site)
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``workload`` to the command line."""
    parser = commands.add_parser(
        "workload",
        help="print a site's tasks as the product takes them",
        description="Print the tasks that the fleet file gives a site, as JSON: the body for the "
        "product's PATCH /api/settings/tasks?site=SITE. Once it knows them, it moves them between "
        "the site's devices. Where a task runs at the start is not part of it: the devices report "
        "that in their twins.",
        epilog="example: python -m device_sim workload --site north | curl -X PATCH --data @- "
        "-H 'Content-Type: application/json' 'http://HOST/api/settings/tasks?site=north'",
    )
    parser.add_argument("--site", required=True, help="which site's tasks")
    parser.add_argument("--fleet", type=Path, default=DEFAULT_FLEET, help="fleet file")
    parser.add_argument(
        "--devices", type=count_type(1, MOST_DEVICES), help="of a fleet of so many, as run has it"
    )
    parser.set_defaults(command=show_workload)
