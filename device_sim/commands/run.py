"""``run``: a whole fleet sends to the hub."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.commands.flags import (
    add_rest_flag,
    add_sensors_flag,
    count_type,
    number_type,
)
from device_sim.devices.settings import RunSettings
from device_sim.devices.simulation import make_producers
from device_sim.errors import UsageError
from device_sim.faults.schedule import LEAST_RATE, MOST_RATE
from device_sim.fleet.growth import MOST_DEVICES, load_sized_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from device_sim.fleet.workload import FleetTask
from device_sim.hub.addresses import Hub, hub_from_environment
from device_sim.hub.message import MAX_READINGS
from device_sim.hub.registry import HubRegistry, device_keys
from device_sim.hub.sdk_link import make_links, silence_sdk
from device_sim.session.conduct import Limits, conduct
from device_sim.session.dispatch import CONNECT_AT_ONCE, Dispatch
from device_sim.session.log import RunLog
from device_sim.session.overseer import Overseer, Person
from device_sim.session.sink import Sink, open_sink
from device_sim.session.truth import Truth
from device_sim.shares.conduct import conduct_shares
from device_sim.shares.member import make_member
from device_sim.shares.room import make_room
from device_sim.shares.share import parse_share, split_fleet
from device_sim.signals.rota import parse_rota
from tocsin.profiles import load_profiles

SHARED_FLAGS = (
    "fleet", "devices", "duration", "seed", "history", "faults", "batch", "store", "drain", "speed",
    "rest", "bad_starts",
    "sensors",
)  # fmt: skip
GROWTH = (
    "Without --devices, all devices of the fleet file take part (52 in the default one). With "
    "fewer, they are taken in turn from every site and profile. With more, all the file's sites "
    "are there once more, as north-2, south-2, north-3 and so on, with the same buildings, "
    "floors, profiles and tasks, the last copy in part: 1000 of the default fleet are 38 sites "
    "of 26 devices and two of 6; of each 52 devices 12 are workcells, 12 motors, 10 pumps, 10 "
    "environment sensors and 8 furnaces. provision needs the same --devices. Above 250 devices, "
    "several processes share the fleet; the log and the exit code are those of all. So many begin "
    "one after the other, 25 a second."
)


def run(arguments: argparse.Namespace) -> int:
    """Run the fleet. Returns 0, or 3 when a message was not delivered."""
    settings = _parse_settings(arguments)
    hub = hub_from_environment()
    silence_sdk()
    if arguments.share is not None:
        parent, sink = make_member()
        keys = parent.read_keys()
        return asyncio.run(
            _run_devices(settings, hub, keys, Ends(sink, parent, arguments.share.of))
        )
    names = [device.device for device in settings.fleet]
    shares = split_fleet(len(names), arguments.processes)
    make_room(len(names), len(shares))
    keys = device_keys(HubRegistry(hub), names)
    sink_of_all = open_sink(settings.log)
    if len(shares) == 1:
        return asyncio.run(_run_devices(settings, hub, keys, Ends(sink_of_all, Person())))
    return asyncio.run(
        conduct_shares(
            [[*list_flags(arguments), "--share", str(share)] for share in shares],
            [{device: keys[device] for device in share.take(names)} for share in shares],
            sink=sink_of_all,
            overseer=Person(),
        )
    )


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a process's log goes, whom it answers to, and how many such processes there are."""

    sink: Sink
    overseer: Overseer
    processes: int = 1


async def _run_devices(settings: RunSettings, hub: Hub, keys: Mapping[str, str], ends: Ends) -> int:
    """Run the devices that have *keys* in this process."""
    log = RunLog(ends.sink)
    truth = Truth(log)
    links = make_links(hub, keys)
    at_once = max(1, CONNECT_AT_ONCE // ends.processes)
    dispatch = Dispatch(links, store=settings.store, log=log, connect_at_once=at_once)
    return await conduct(
        dispatch,
        log,
        producers=lambda start_ms: make_producers(
            settings, dispatch, links, start_ms=start_ms, log=log, truth=truth
        ),
        limits=settings.limits,
        on_end=truth.finish,
        overseer=ends.overseer,
    )


def list_flags(arguments: argparse.Namespace) -> list[str]:
    """The command line of a share: the same but for ``--log``, which the parent writes."""
    flags = ["run"]
    for name in SHARED_FLAGS:
        value = getattr(arguments, name)
        if value is not None:
            flags += [f"--{name.replace('_', '-')}", str(value)]
    return flags


def _parse_settings(arguments: argparse.Namespace) -> RunSettings:
    profiles = load_profiles()
    fleet = load_sized_fleet(arguments.fleet, profiles, arguments.devices)
    if arguments.speed > 1 and arguments.duration is None:
        raise UsageError("--speed above 1 needs --duration: event times then end now")
    return RunSettings(
        fleet=fleet.devices,
        tasks=fleet.tasks,
        seed=arguments.seed,
        faults=_check_faults(arguments.faults, fleet.tasks),
        speed=arguments.speed,
        batch=arguments.batch,
        history_s=arguments.history,
        store=arguments.store,
        limits=Limits(arguments.duration, arguments.drain),
        log=arguments.log,
        rest=parse_rota(arguments.rest),
        bad_starts=arguments.bad_starts,
        sensors=arguments.sensors,
    )


def _check_faults(text: str, tasks: Sequence[FleetTask]) -> str:
    if text == "work" and not tasks:
        raise UsageError("--faults work: the fleet has no tasks; give a site tasks in its file")
    if text in {"none", "demo", "work"}:
        return text
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise UsageError(
            f"--faults {text}: say demo, work, none, or a rate of {LEAST_RATE:g} to "
            f"{MOST_RATE:g} faults a device and hour"
        )
    return text


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``run`` to the command line."""
    parser = commands.add_parser(
        "run",
        help="simulate the fleet, sending to the hub",
        description="Simulate the devices of a fleet file. Prints a ready line once all are "
        "connected. Ends after --duration, or at Ctrl-C, when every message is delivered. "
        "Workcells of a site with tasks run what their twins order (desired property allocation). "
        + GROWTH,
        epilog="Exit code 0; 2 on bad input; 3 when a message was not delivered. Example: "
        "python -m device_sim run --devices 10 --duration 60 --history 300 --faults demo --log out",
    )
    parser.add_argument("--fleet", type=Path, default=DEFAULT_FLEET, help="fleet file")
    parser.add_argument("--devices", type=count_type(1, MOST_DEVICES), help="so many devices")
    parser.add_argument(
        "--duration", type=number_type(at_least=0), help="seconds to run (until stopped)"
    )
    parser.add_argument(
        "--seed", type=count_type(0), default=1, help="another seed, other signals (1)"
    )
    parser.add_argument(
        "--history",
        type=number_type(at_least=0),
        default=0.0,
        help="seconds before now to send first (0)",
    )
    parser.add_argument(
        "--faults",
        default="none",
        help="demo: clear ones on many devices; work: only an overloaded and a throttled workcell, "
        "to see its tasks moved away; or a number a device and hour (none)",
    )
    parser.add_argument(
        "--batch", type=count_type(1, MAX_READINGS), default=5, help="readings a message (5)"
    )
    parser.add_argument(
        "--store", type=count_type(2), default=1000, help="messages kept a device (1000)"
    )
    parser.add_argument(
        "--drain",
        type=number_type(at_least=0),
        default=30.0,
        help="seconds to deliver the rest (30)",
    )
    parser.add_argument(
        "--speed", type=number_type(above=0), default=1.0, help="times as fast as real time (1)"
    )
    add_sensors_flag(parser)
    add_rest_flag(parser)
    parser.add_argument(
        "--bad-starts",
        type=number_type(at_least=0),
        default=0.0,
        help="share of their starts that stall (0)",
    )
    parser.add_argument(
        "--log",
        type=Path,
        help="folder for sent.jsonl, faults.jsonl, allocations.jsonl, summary.json",
    )
    parser.add_argument(
        "--processes", type=count_type(1), help="how many share the devices (one for every 250)"
    )
    # How a process of a large fleet is started; nothing for people.
    parser.add_argument("--share", type=parse_share, help=argparse.SUPPRESS)
    parser.set_defaults(command=run)
