"""A fleet at work: each device's signal, faults and messages put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.clock import Clock
from device_sim.device import SimulatedDevice
from device_sim.dispatch import Dispatch
from device_sim.faults import Fault
from device_sim.fleet import FleetDevice
from device_sim.message import Composer
from device_sim.production import Worker
from device_sim.schedule import Target, demo_cycles, random_faults
from device_sim.sender import now_ms
from device_sim.session import Limits, Produce
from device_sim.signals.model import Place
from device_sim.signals.stream import SignalStream
from device_sim.truth import Truth

LONGEST_SLOT_S = 3600.0

Plan = Callable[[Target, int], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the flags ask for. ``faults``: demo, none, or faults a device and hour."""

    fleet: Sequence[FleetDevice]
    seed: int
    faults: str
    speed: float
    batch: int
    history_s: float
    store: int
    limits: Limits
    log: Path | None


def fleet_producers(settings: RunSettings, dispatch: Dispatch, truth: Truth) -> list[Produce]:
    """One worker a device, their messages spread evenly over the time a batch takes.

    Raises UsageError for a profile that has no signal.
    """
    clock = Clock.catching_up(
        now_ms=now_ms(), speed=settings.speed, duration_s=settings.limits.duration_s or 0.0
    )
    plan = _fault_plan(settings)
    run_name = f"{now_ms():x}"
    workers: list[Produce] = []
    for place, one in enumerate(settings.fleet):
        period_ms = round(one.profile.period_s * 1000)
        phase_ms = settings.batch * period_ms * place // len(settings.fleet)
        origin_ms = clock.start_ms + phase_ms
        history = round(settings.history_s * 1000 / period_ms)
        signal = SignalStream(
            one.device,
            one.profile,
            seed=settings.seed,
            start_ms=origin_ms - history * period_ms,
            place=Place(one.utc_offset_h),
        )
        faults = plan(Target(one.device, one.profile), origin_ms)
        worker = Worker(
            one.device,
            SimulatedDevice(signal, one.profile, faults),
            Composer(one.device, one.profile.name, one.profile.channel_names, run_name),
            dispatch=dispatch,
            clock=clock,
            truth=truth,
            batch=settings.batch,
            history=history,
        )
        workers.append(worker.work)
    return workers


def _fault_plan(settings: RunSettings) -> Plan:
    duration_s = settings.limits.duration_s
    simulated_s = None if duration_s is None else duration_s * settings.speed
    if settings.faults == "none":
        return lambda _target, _start: iter(())
    if settings.faults == "demo":
        targets = [Target(one.device, one.profile) for one in settings.fleet]
        return lambda target, start: demo_cycles(
            target, targets, seed=settings.seed, start_ms=start, duration_s=simulated_s
        )
    rate = float(settings.faults)
    slot_s = min(LONGEST_SLOT_S, simulated_s or LONGEST_SLOT_S)
    return lambda target, start: random_faults(
        target, seed=settings.seed, start_ms=start, rate_per_hour=rate, slot_s=slot_s
    )
