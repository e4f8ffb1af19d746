"""Simulated readings as a CSV file: what the models are trained on."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np

from device_sim.commands.flags import add_rest_flag, add_sensors_flag, count_type, number_type
from device_sim.devices.arrivals import draw_loads
from device_sim.devices.drive import TaskDrive
from device_sim.devices.resting import plan_faults_at_work, switch_off
from device_sim.devices.sensing import Readings, SimulatedDevice
from device_sim.errors import UsageError
from device_sim.faults.kinds import KINDS, LATE_BURST, STALLED_START, WORK_KINDS, Fault
from device_sim.faults.schedule import LEAST_RATE, MOST_RATE, Target, random_faults
from device_sim.recordings.cells import parse_time
from device_sim.seeds import number_of
from device_sim.signals.driven import DRIVEN_MACHINES, DrivenStream
from device_sim.signals.resting import is_switched_off
from device_sim.signals.rota import Rota, parse_rota
from device_sim.signals.sensors import fit_sensors
from device_sim.signals.stream import Signal, SignalStream
from device_sim.signals.switch import find_switch
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

# A Monday, 0 h UTC. Fixed, so that the same command writes the same file on any day.
START = "2026-01-05T00:00:00"
CHUNK = 21_600
BAD_STARTS = 0.25  # of all starts, where kinds of faults have it that starts stall
# A late burst changes when readings arrive, which a file cannot show.
VISIBLE_KINDS = tuple(kind for kind in KINDS if kind != LATE_BURST)


def generate(arguments: argparse.Namespace) -> int:
    """Write ``t,device,<channels>[,<state told>][,fault]``, one device after the other. Returns
    exit code 0."""
    profile = _find_profile(arguments.profile)
    rota = parse_rota(arguments.rest)
    kinds = _parse_kinds(arguments.faults, profile, rests=rota is not None)
    readings = _count_readings(arguments, profile)
    parse_time(arguments.start, "--start")  # said before a file is made
    with _open_out(arguments.out) as out:
        switch = find_switch(profile, rota)
        columns = ["t", "device", *profile.channel_names]
        columns += ([] if switch is None else [switch.name]) + (["fault"] if kinds else [])
        out.write(",".join(columns) + "\n")
        for index in range(1, arguments.devices + 1):
            name = f"sim-{profile.name}-{index:02}"
            tasked = profile.name in DRIVEN_MACHINES and index % 2 == 1
            make_device = partial(_make_tasked if tasked else _make_untasked, rota)
            sensors = fit_sensors(name, profile, arguments.sensors)
            device = make_device(Target(name, profile, sensors=sensors), kinds, arguments)
            for begin in range(0, readings, CHUNK):
                taken = device.take(min(CHUNK, readings - begin))
                _write_rows(out, name, taken, with_fault=bool(kinds))
    sys.stderr.write(f"{arguments.out}: {readings * arguments.devices} readings\n")
    return 0


def _count_readings(arguments: argparse.Namespace, profile: Profile) -> int:
    hours: float = arguments.hours
    return max(1, round(hours * 3600 / profile.period_s))


def _make_untasked(
    rota: Rota | None, target: Target, kinds: Sequence[str], arguments: argparse.Namespace
) -> SimulatedDevice:
    """A device that works in a cycle of its own, or is off by *rota*. If others of its kind run
    tasks, it tells no load."""
    start_ms = parse_time(arguments.start, "--start")
    of_readings = [kind for kind in kinds if kind in VISIBLE_KINDS]
    faults = _draw_faults(target, of_readings, arguments, start_ms)
    signal: Signal = SignalStream(
        target.device, target.profile, seed=arguments.seed, start_ms=start_ms
    )
    if rota is not None:
        faults, causes = itertools.tee(_fit_to_work(rota, target, faults, kinds, arguments))
        signal = switch_off(signal, target, causes, rota, seed=arguments.seed)
    switch = find_switch(target.profile, rota)
    return SimulatedDevice(signal, target.profile, faults, target.sensors, switch)


def _fit_to_work(
    rota: Rota,
    target: Target,
    faults: Iterator[Fault],
    kinds: Sequence[str],
    arguments: argparse.Namespace,
) -> Iterator[Fault]:
    return plan_faults_at_work(
        target,
        faults,
        rota,
        seed=arguments.seed,
        start_ms=parse_time(arguments.start, "--start"),
        bad_starts=BAD_STARTS if STALLED_START in kinds else 0.0,
    )


def _make_tasked(
    rota: Rota | None, target: Target, kinds: Sequence[str], arguments: argparse.Namespace
) -> SimulatedDevice:
    """A device that runs tasks, which come and go, and tells what they declare. They go on while
    *rota* has it off."""
    start_ms = parse_time(arguments.start, "--start")
    profile = target.profile
    length_ms = round(_count_readings(arguments, profile) * profile.period_s * 1000)
    rng = np.random.default_rng([arguments.seed, number_of(target.device), number_of("loads")])
    faults = _draw_faults(target, [*_without_stalls(kinds)], arguments, start_ms)
    if rota is not None:
        faults = _fit_to_work(rota, target, faults, kinds, arguments)
    labels, causes, stalls = itertools.tee(faults, 3)
    drive = TaskDrive(
        draw_loads(rng, start_ms=start_ms, end_ms=start_ms + length_ms),
        capacity_pct=100.0,
        faults=causes,
    )
    signal: Signal = DrivenStream(
        target.device, profile, drive, seed=arguments.seed, start_ms=start_ms
    )
    if rota is not None:
        signal = switch_off(signal, target, stalls, rota, seed=arguments.seed, runs_tasks=True)
    return SimulatedDevice(signal, profile, labels, target.sensors)


def _without_stalls(kinds: Sequence[str]) -> Iterator[str]:
    """Starts that stall follow from the starts, and are drawn apart."""
    return (kind for kind in kinds if kind != STALLED_START)


def _open_out(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"--out {path}: cannot be written: {error.strerror}") from error


def _find_profile(name: str) -> Profile:
    profiles = load_profiles()
    if name not in profiles:
        raise UsageError(f"no profile {name!r}; there are {', '.join(sorted(profiles))}")
    return profiles[name]


def _parse_kinds(text: str, profile: Profile, *, rests: bool) -> tuple[str, ...]:
    if text == "none":
        return ()
    able = VISIBLE_KINDS + (WORK_KINDS if profile.name in DRIVEN_MACHINES else ())
    able += (STALLED_START,) if rests and is_switched_off(profile.name) else ()
    kinds = able if text == "all" else tuple(part.strip() for part in text.split(","))
    for kind in kinds:
        if kind not in able:
            raise UsageError(
                f"--faults: no kind {kind!r} in a file of {profile.name!r}; say none, all, or "
                f"of {','.join(able)}"
            )
    return kinds


def _draw_faults(
    target: Target, kinds: Sequence[str], arguments: argparse.Namespace, start_ms: int
) -> Iterator[Fault]:
    if not kinds:
        return iter(())
    return random_faults(
        target,
        seed=arguments.seed,
        start_ms=start_ms,
        rate_per_hour=arguments.rate,
        kinds=kinds,
        magnitude=arguments.magnitude,
    )


def _write_rows(out: TextIO, device: str, readings: Readings, *, with_fault: bool) -> None:
    row = f"%d,{device}," + ",".join(["%.9g"] * readings.values.shape[1])
    lines = [
        row % (t_ms, *values)
        for t_ms, values in zip(readings.t_ms.tolist(), readings.values.tolist(), strict=True)
    ]
    for index in np.unique(np.nonzero(np.isnan(readings.values))[0]).tolist():
        lines[index] = lines[index].replace("nan", "")
    if readings.told:
        lines = [f"{line},{told}" for line, told in zip(lines, readings.told, strict=True)]
    if with_fault:
        lines = [
            f"{line},{fault.kind if fault else ''}"
            for line, fault in zip(lines, readings.faults, strict=True)
        ]
    out.write("\n".join(lines) + "\n")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``generate`` to the command line."""
    parser = commands.add_parser(
        "generate",
        help="write simulated readings to a CSV file",
        description="Write simulated readings to a CSV file: t (ms), device, one column a channel "
        "in raw units (empty: missing), with --rest what devices tell of their operating state, if "
        "they do, and, with faults, the kind of fault of each reading.",
        epilog="example: python -m device_sim generate --profile pump --hours 24 --seed 1 "
        "--devices 4 --faults level_shift,drift --out pump.csv",
    )
    parser.add_argument("--profile", required=True, help="which kind of device")
    parser.add_argument(
        "--hours", type=number_type(above=0), default=24.0, help="hours of readings (24)"
    )
    parser.add_argument("--start", default=START, help=f"time of the first reading ({START})")
    parser.add_argument(
        "--seed", type=count_type(0), default=1, help="another seed, other devices (1)"
    )
    parser.add_argument("--devices", type=count_type(1), default=1, help="how many devices (1)")
    parser.add_argument(
        "--faults",
        default="none",
        help=f"none, all, or of {','.join(VISIBLE_KINDS)}; where devices run tasks (every second "
        f"one of their kind) also {','.join(WORK_KINDS)}; with --rest also {STALLED_START}, one "
        f"start in {1 / BAD_STARTS:g}",
    )
    parser.add_argument(
        "--rate",
        type=number_type(at_least=LEAST_RATE, at_most=MOST_RATE),
        default=1.0,
        help="faults a device and hour (1)",
    )
    parser.add_argument(
        "--magnitude", type=number_type(above=0), default=6.0, help="least size in spreads (6)"
    )
    add_sensors_flag(parser)
    add_rest_flag(parser)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.set_defaults(command=generate)
