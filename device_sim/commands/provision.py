"""``provision``: registers devices with the hub and says in their twins where they stand."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from device_sim.commands.flags import count_type
from device_sim.errors import UsageError
from device_sim.fleet.document import IDENTIFIER
from device_sim.fleet.growth import MOST_DEVICES, load_sized_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from device_sim.hub.addresses import hub_from_environment
from device_sim.hub.registry import Enrolment, HubRegistry, provision_devices
from tocsin.domain.errors import InvalidSiteError
from tocsin.domain.sites import check_site_id
from tocsin.profiles import load_profiles


def provision(arguments: argparse.Namespace) -> int:
    """Register a fleet, or the devices named. Existing devices keep their keys. Returns 0."""
    enrolments = _list_enrolments(arguments)
    hub = hub_from_environment()
    created = provision_devices(HubRegistry(hub), enrolments)
    sys.stderr.write(
        f"{len(enrolments)} devices: {created} registered, {len(enrolments) - created} were "
        "already; twin tags set\n"
    )
    return 0


def _list_enrolments(arguments: argparse.Namespace) -> list[Enrolment]:
    if not arguments.device:
        if arguments.site:
            raise UsageError("--site goes with --device; a fleet file names its own sites")
        fleet = load_sized_fleet(arguments.fleet, load_profiles(), arguments.devices)
        return [Enrolment(device.device, device.tags) for device in fleet.devices]
    if not arguments.site:
        raise UsageError("--device needs --site: where does it stand?")
    for name in arguments.device:
        if not IDENTIFIER.fullmatch(name):
            raise UsageError(f"{name!r} is no id; use letters, digits, '-', '.' and '_'")
    try:
        check_site_id(arguments.site)
    except InvalidSiteError as error:
        raise UsageError(f"--site: {error}") from error
    return [Enrolment(device, {"siteId": arguments.site}) for device in arguments.device]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``provision`` to the command line."""
    parser = commands.add_parser(
        "provision",
        help="register devices with the hub",
        description="Register a fleet's devices and set the twin tags siteId, building and floor, "
        "and capacity and capabilities of those that run tasks. "
        "May be repeated: devices that exist keep their keys.",
        epilog="examples: python -m device_sim provision · "
        "python -m device_sim provision --device bench-pump --site north",
    )
    parser.add_argument("--fleet", type=Path, default=DEFAULT_FLEET, help="fleet file")
    parser.add_argument(
        "--devices", type=count_type(1, MOST_DEVICES), help="so many of it, as run takes them"
    )
    parser.add_argument("--device", nargs="+", help="only these devices instead of a fleet")
    parser.add_argument("--site", help="the site of --device")
    parser.set_defaults(command=provision)
