"""``run``: a whole fleet sends to the hub."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from device_sim.commands.flags import count_type, number_type
from device_sim.devices.settings import RunSettings
from device_sim.devices.simulation import make_producers
from device_sim.errors import UsageError
from device_sim.faults.schedule import LEAST_RATE, MOST_RATE
from device_sim.fleet.roster import DEFAULT_FLEET, choose_devices, load_fleet
from device_sim.fleet.workload import FleetTask, load_workload
from device_sim.hub.addresses import Hub, hub_from_environment
from device_sim.hub.message import MAX_READINGS
from device_sim.hub.registry import HubRegistry, device_keys
from device_sim.hub.sdk_link import make_links, silence_sdk
from device_sim.session.conduct import Limits, conduct
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.truth import Truth
from tocsin.profiles import load_profiles


def run(arguments: argparse.Namespace) -> int:
    """Run the fleet. Returns 0, or 3 when a message was not delivered."""
    settings = _parse_settings(arguments)
    hub = hub_from_environment()
    silence_sdk()
    keys = device_keys(HubRegistry(hub.connection), [device.device for device in settings.fleet])
    return asyncio.run(_run_fleet(settings, hub, keys))


async def _run_fleet(settings: RunSettings, hub: Hub, keys: dict[str, str]) -> int:
    log = RunLog(settings.log)
    truth = Truth(log)
    links = make_links(hub, keys)
    dispatch = Dispatch(links, store=settings.store, log=log)
    return await conduct(
        dispatch,
        log,
        producers=lambda: make_producers(settings, dispatch, links, log=log, truth=truth),
        limits=settings.limits,
        on_end=truth.finish,
    )


def _parse_settings(arguments: argparse.Namespace) -> RunSettings:
    profiles = load_profiles()
    fleet = load_fleet(arguments.fleet, profiles)
    tasks = load_workload(arguments.fleet, profiles)
    if arguments.devices is not None:
        fleet = choose_devices(fleet, arguments.devices)
    if arguments.speed > 1 and arguments.duration is None:
        raise UsageError("--speed above 1 needs --duration: event times then end now")
    return RunSettings(
        fleet=fleet,
        tasks=tasks,
        seed=arguments.seed,
        faults=_check_faults(arguments.faults, tasks),
        speed=arguments.speed,
        batch=arguments.batch,
        history_s=arguments.history,
        store=arguments.store,
        limits=Limits(arguments.duration, arguments.drain),
        log=arguments.log,
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
        "Workcells of a site with tasks run what their twins order (desired property allocation).",
        epilog="Exit code 0; 2 on bad input; 3 when a message was not delivered. Example: "
        "python -m device_sim run --devices 10 --duration 60 --history 300 --faults demo --log out",
    )
    parser.add_argument("--fleet", type=Path, default=DEFAULT_FLEET, help="fleet file")
    parser.add_argument("--devices", type=count_type(1), help="only so many of the fleet's devices")
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
    parser.add_argument(
        "--log",
        type=Path,
        help="folder for sent.jsonl, faults.jsonl, allocations.jsonl, summary.json",
    )
    parser.set_defaults(command=run)
