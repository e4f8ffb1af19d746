"""A fleet at work: each device's signal, faults, tasks and messages put together."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping

from device_sim.clock import Clock
from device_sim.complaints import Complaints
from device_sim.devices.drive import TaskDrive
from device_sim.devices.loads import LoadHistory
from device_sim.devices.obedience import Obedience
from device_sim.devices.production import Worker
from device_sim.devices.resting import plan_faults_at_work, switch_off
from device_sim.devices.sensing import SimulatedDevice
from device_sim.devices.settings import RunSettings, find_rota, plan_faults, target_of
from device_sim.faults.kinds import Fault
from device_sim.fleet.roster import FleetDevice
from device_sim.fleet.workload import start_allocation
from device_sim.hub.link import Link
from device_sim.hub.message import Composer
from device_sim.racing import before
from device_sim.session.conduct import Produce
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.truth import Truth
from device_sim.signals.driven import DrivenStream
from device_sim.signals.model import Place
from device_sim.signals.rota import Rota
from device_sim.signals.sensors import fit_sensors
from device_sim.signals.stream import Signal, SignalStream
from device_sim.signals.switch import Switch, find_switch

# Devices ask for their twins some at a time: a hub that is asked by hundreds at once answers few in
# time, and those it does not answer begin without their orders.
TWINS_AT_ONCE = 4
# Of a large fleet they begin one after the other, as devices of a plant do: a new device costs the
# functions ten times what a message does, and would hold up those that were there before it.
ALL_AT_ONCE, COMING_A_SECOND = 250, 25


def make_producers(
    settings: RunSettings,
    dispatch: Dispatch,
    links: Mapping[str, Link],
    *,
    start_ms: int,
    log: RunLog,
    truth: Truth,
) -> list[Produce]:
    """One producer a device of *links*, which may be only some of the fleet's. Messages of the
    whole fleet are spread evenly over the time a batch takes, beginning at *start_ms*: a device
    sends the same whoever works the others.

    Raises UsageError for a profile that has no signal.
    """
    simulation = Simulation(settings, dispatch, start_ms=start_ms, log=log, truth=truth)
    return [
        simulation.make_producer(device, links[device.device], place)
        for place, device in enumerate(settings.fleet)
        if device.device in links
    ]


class Simulation:
    """What the devices of a run have in common."""

    def __init__(
        self,
        settings: RunSettings,
        dispatch: Dispatch,
        *,
        start_ms: int,
        log: RunLog,
        truth: Truth,
    ) -> None:
        self._settings = settings
        self._dispatch = dispatch
        self._log = log
        self._truth = truth
        self._clock = Clock.to_catch_up(
            now_ms=start_ms, speed=settings.speed, duration_s=settings.limits.duration_s or 0.0
        )
        self._plan = plan_faults(settings)
        self._run_name = f"{start_ms:x}"
        self._complaints = Complaints()
        self._gate = asyncio.Semaphore(TWINS_AT_ONCE)

    def make_producer(self, device: FleetDevice, link: Link, place: int) -> Produce:
        """The work of the device that is number *place* of the fleet."""
        period_ms = round(device.profile.period_s * 1000)
        batch_ms = self._settings.batch * period_ms
        devices = len(self._settings.fleet)
        origin_ms = self._clock.start_ms + batch_ms * place // devices
        origin_ms += find_turn(place, devices, batch_ms, speed=self._settings.speed)
        history = round(self._settings.history_s * 1000 / period_ms)
        start_ms = origin_ms - history * period_ms
        faults = self._plan(target_of(device, self._settings), origin_ms)
        rota = find_rota(device, self._settings)
        if rota is not None:
            return self._make_resting(device, rota, faults, start_ms, history).work
        if device.capacity is None:
            return self._make_worker(
                device, self._make_stream(device, start_ms), faults, history
            ).work
        start = start_allocation(self._settings.tasks, device)
        loads = LoadHistory()
        # The faults of its work act on the device, all of them label its readings.
        labels, causes = itertools.tee(faults)
        drive = TaskDrive(loads, capacity_pct=device.capacity.cpu_pct, faults=causes)
        worker = self._make_worker(
            device, self._make_driven_stream(device, drive, start_ms), labels, history
        )
        obedience = Obedience(
            device.device,
            link,
            start,
            loads=loads,
            now_ms=self._clock.now_ms,
            log=self._log,
            complaints=self._complaints,
        )
        return _work_and_obey(
            obedience, worker, self._gate, lambda stop: self._clock.reach(origin_ms, stop)
        )

    def _make_resting(
        self,
        device: FleetDevice,
        rota: Rota,
        faults: Iterator[Fault],
        start_ms: int,
        history: int,
    ) -> Worker:
        """A device that is switched off at times; its faults are those of a machine at work."""
        target, seed = target_of(device, self._settings), self._settings.seed
        at_work = plan_faults_at_work(
            target,
            faults,
            rota,
            seed=seed,
            start_ms=start_ms,
            bad_starts=self._settings.bad_starts,
            utc_offset_h=device.utc_offset_h,
        )
        # Starts that stall act on the machine, all faults label its readings.
        labels, causes = itertools.tee(at_work)
        signal = switch_off(
            self._make_stream(device, start_ms),
            target,
            causes,
            rota,
            seed=seed,
            utc_offset_h=device.utc_offset_h,
        )
        switch = find_switch(device.profile, rota, device.utc_offset_h)
        return self._make_worker(device, signal, labels, history, switch)

    def _make_stream(self, device: FleetDevice, start_ms: int) -> Signal:
        return SignalStream(
            device.device,
            device.profile,
            seed=self._settings.seed,
            start_ms=start_ms,
            place=Place(device.utc_offset_h),
        )

    def _make_driven_stream(self, device: FleetDevice, drive: TaskDrive, start_ms: int) -> Signal:
        return DrivenStream(
            device.device,
            device.profile,
            drive,
            seed=self._settings.seed,
            start_ms=start_ms,
            place=Place(device.utc_offset_h),
        )

    def _make_worker(
        self,
        device: FleetDevice,
        signal: Signal,
        faults: Iterator[Fault],
        history: int,
        switch: Switch | None = None,
    ) -> Worker:
        return Worker(
            device.device,
            SimulatedDevice(
                signal,
                device.profile,
                faults,
                fit_sensors(device.device, device.profile, self._settings.sensors),
                switch,
            ),
            Composer(
                device.device,
                device.profile.name,
                device.profile.channel_names,
                self._run_name,
                told_by=None if switch is None else switch.name,
            ),
            dispatch=self._dispatch,
            clock=self._clock,
            truth=self._truth,
            batch=self._settings.batch,
            history=history,
        )


def find_turn(place: int, devices: int, batch_ms: int, *, speed: float) -> int:
    """How many ms of event time after the first of *devices* number *place* begins; whole batches,
    so that messages stay spread evenly over the time a batch takes."""
    if devices <= ALL_AT_ONCE:
        return 0
    return int(place / COMING_A_SECOND * 1000 * speed / batch_ms) * batch_ms


def _work_and_obey(
    obedience: Obedience,
    worker: Worker,
    gate: asyncio.Semaphore,
    await_turn: Callable[[asyncio.Event], Awaitable[bool]],
) -> Produce:
    """A device that first finds out what to run, when it is its turn, then works and obeys."""

    async def begin() -> None:
        async with gate:
            await obedience.begin()

    async def work(stop: asyncio.Event) -> None:
        if not await await_turn(stop) or not await before(stop, begin()):
            return
        obeying = asyncio.create_task(obedience.obey(stop))
        try:
            await worker.work(stop)
            await obeying
        finally:
            obeying.cancel()

    return work
