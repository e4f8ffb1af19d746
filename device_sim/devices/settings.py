"""What a run is asked for, and the faults that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.faults.demo import schedule_demo
from device_sim.faults.kinds import Fault
from device_sim.faults.schedule import Target, random_faults
from device_sim.faults.work import schedule_work
from device_sim.fleet.roster import FleetDevice
from device_sim.fleet.workload import FleetTask
from device_sim.session.conduct import Limits
from device_sim.signals.rota import Rota
from device_sim.signals.sensors import Fitting, fit_sensors

LONGEST_SLOT_S = 3600.0

FaultPlan = Callable[[Target, int], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the flags ask for. ``faults``: demo, work, none, or faults a device and hour. ``rest``:
    when machines that can be switched off are at work, None for always; ``bad_starts``: the share
    of their starts that stall. ``sensors``: what the devices are fitted with."""

    fleet: Sequence[FleetDevice]
    tasks: Sequence[FleetTask]
    seed: int
    faults: str
    speed: float
    batch: int
    history_s: float
    store: int
    limits: Limits
    log: Path | None
    rest: Rota | None = None
    bad_starts: float = 0.0
    sensors: Fitting = "fine"


def find_rota(device: FleetDevice, settings: RunSettings) -> Rota | None:
    """When *device* is at work; None for always: nobody switches off what runs tasks."""
    return settings.rest if device.capacity is None else None


def target_of(device: FleetDevice, settings: RunSettings) -> Target:
    """*device* as a target of faults; those of the work need tasks to work at."""
    works = any(task.device == device.device for task in settings.tasks)
    return Target(
        device.device,
        device.profile,
        works_at=device.site if works else None,
        sensors=fit_sensors(device.device, device.profile, settings.sensors),
    )


def plan_faults(settings: RunSettings) -> FaultPlan:
    """The faults of a target that begins at a time in ms, in order of theirs."""
    duration_s = settings.limits.duration_s
    simulated_s = None if duration_s is None else duration_s * settings.speed
    if settings.faults == "none":
        return lambda _target, _start: iter(())
    if settings.faults in {"demo", "work"}:
        cycles = schedule_demo if settings.faults == "demo" else schedule_work
        targets = [target_of(device, settings) for device in settings.fleet]
        return lambda target, start: cycles(
            target, targets, seed=settings.seed, start_ms=start, duration_s=simulated_s
        )
    rate = float(settings.faults)
    slot_s = min(LONGEST_SLOT_S, simulated_s or LONGEST_SLOT_S)
    return lambda target, start: random_faults(
        target, seed=settings.seed, start_ms=start, rate_per_hour=rate, slot_s=slot_s
    )
