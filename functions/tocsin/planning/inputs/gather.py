"""All that is known of a site, put together as a rebalancing problem.

What cannot be used is left out and named in the notes: one bad twin or a stale override must not
keep a whole site from being planned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.health import all_silent
from tocsin.domain.devices.work import UNKNOWN
from tocsin.domain.plans.site_standing import Memory
from tocsin.domain.plans.watch import Watch
from tocsin.planning.inputs.ability import count_capacity, estimate_idle_ms
from tocsin.planning.inputs.judging import Condition, Suspicion, is_new, judge_device
from tocsin.planning.inputs.optimiser import Optimiser
from tocsin.planning.inputs.overrides import Overrides
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.problem import Device, Problem, Task

NO_DEVICE = "no device of this site can run tasks: give one a 'capacity' tag in its twin"
MOST_NAMED = 5
UNHEARD = "no device of this site that can run tasks has ever sent a reading"


@dataclass(frozen=True, slots=True)
class Known:
    """What was found at a site.

    ``states``: what is kept of them, by device. ``planned``: task → device by the last plan.
    ``coming``: task → device, of tasks whose device is to say yet that it has them.
    ``changed``: the devices that tasks came to or left lately.
    ``failed``: device → why it does not obey. ``alerted``: device → event time (ms) of an alert
    that its document may not show yet. ``memory``: of earlier runs. ``out``: tasks that go without,
    which no plan places again.
    """

    site_id: str
    devices: tuple[EdgeDevice, ...]
    states: Mapping[str, DeviceRecord]
    tasks: Mapping[str, Task]
    optimiser: Optimiser
    overrides: Overrides
    planned: Mapping[str, str | None]
    coming: Mapping[str, str]
    changed: frozenset[str]
    failed: Mapping[str, str]
    alerted: Mapping[str, int]
    memory: Memory
    out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gathered:
    """``problem`` is None where there is nothing to plan with: ``notes`` say why."""

    problem: Problem | None
    conditions: Mapping[str, Condition]
    notes: tuple[str, ...]


def gather(known: Known, now_ms: int) -> Gathered:
    """The rebalancing problem of one site, every value checked."""
    conditions = _judge_devices(known, now_ms)
    device_ids = conditions.keys()
    notes = [f"an override is passed over: {stale}" for stale in _find_stale(known, device_ids)]
    if not known.devices or not any(device.device_id in known.states for device in known.devices):
        return Gathered(None, {}, (*notes, UNHEARD if known.devices else NO_DEVICE))
    if _is_silent(known, now_ms):
        notes.append("no device was heard lately: the path is taken for broken, not the devices")
    places, waiting = _find_places(known), _find_unready(known, conditions, now_ms)
    unplaced = sum(place is None for _, place in places)
    if waiting and unplaced:
        places = [(task, place) for task, place in places if place is not None]
        notes.append(
            f"{unplaced} tasks that nobody says to run are not placed yet: "
            f"{_name_some(waiting)} may run them, and has yet to say so"
        )
    planned = {task.task_id: task for task, _ in places}
    overrides = known.overrides.keep_known(planned, device_ids)
    problem = Problem(
        devices=tuple(
            _describe_device(known, device, conditions[device.device_id])
            for device in known.devices
        ),
        tasks=tuple(
            _place(task, place, _is_kept(known, conditions, task.task_id, place, now_ms))
            for task, place in places
        ),
        pins=overrides.pins,
        forbidden=overrides.forbidden,
        weights=known.optimiser.weights,
        limits=known.optimiser.limits,
    )
    return Gathered(problem, conditions, tuple(notes))


def find_place(
    task_id: str,
    devices: Iterable[EdgeDevice],
    planned: Mapping[str, str | None],
    failed: Collection[str] = (),
) -> str | None:
    """Where a task runs by the devices' own word; while two say so, where the last plan put it.

    Where none does, the last plan's device, which may not have got round to it yet; but nowhere, if
    that one is of those that *failed* to obey: the task would never run.
    """
    there = [device.device_id for device in devices if task_id in device.running]
    target = planned.get(task_id)
    if target in there:
        return target
    if there:
        return there[0]
    is_coming = target not in failed and any(device.device_id == target for device in devices)
    return target if is_coming else None


def _find_stale(known: Known, device_ids: Iterable[str]) -> Iterable[str]:
    return known.overrides.find_unknown(known.tasks.keys(), set(device_ids))


def _find_places(known: Known) -> list[tuple[Task, str | None]]:
    """The tasks that do not go without, each with the device that it runs on."""
    there = {device.device_id for device in known.devices}
    found: list[tuple[Task, str | None]] = []
    for task_id, task in sorted(known.tasks.items()):
        if task_id in known.out:
            continue
        coming = known.coming.get(task_id)
        # Where it ran goes on running it until then, and counts no more.
        place = find_place(task_id, known.devices, known.planned, known.failed)
        found.append((task, coming if coming in there else place))
    return found


def _find_unready(known: Known, conditions: Mapping[str, Condition], now_ms: int) -> list[str]:
    """The devices that have not said yet what they run, though they may run something: those first
    seen a moment ago. What seems to run nowhere then would be given to others, and run twice."""
    return [
        device.device_id
        for device in known.devices
        if device.report is None
        and device.device_id not in known.states
        and is_new(conditions[device.device_id].watch, now_ms)
    ]


def _name_some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _place(task: Task, place: str | None, kept: bool) -> Task:
    # A pin holds a task where it is; one that runs nowhere has to be placed first.
    return replace(task, device_id=place, pinned=(task.pinned or kept) and place is not None)


def _is_kept(
    known: Known,
    conditions: Mapping[str, Condition],
    task_id: str,
    place: str | None,
    now_ms: int,
) -> bool:
    """Whether a task stays where it is whatever a plan could gain: its device obeys no order, or
    it has moved lately, or as often within the hour as it may."""
    if place is not None and conditions[place].stuck:
        return True
    times = [moved.t for moved in known.memory.moves if moved.task_id == task_id]
    pace = known.optimiser.pace
    state = known.states.get(place or "")
    work = UNKNOWN if state is None else state.work
    settled_after_ms = work.measure_periods(pace.settle_periods)
    return len(times) >= pace.per_task_hour or any(now_ms - t < settled_after_ms for t in times)


def _describe_device(known: Known, device: EdgeDevice, condition: Condition) -> Device:
    watch = condition.watch
    return Device(
        device_id=device.device_id,
        site_id=known.site_id,
        capacity_pct=count_capacity(device, watch.speed, watch.background_pct),
        energy_w_per_pct=device.capacity.energy_w_per_pct,
        response_ms=estimate_idle_ms(device, watch.speed, watch.background_pct),
        health=condition.health.value,
        capabilities=device.capabilities,
        drained=device.device_id in known.overrides.drained,
        closed=bool(condition.closed),
        condition=condition.health.why,
    )


def _judge_devices(known: Known, now_ms: int) -> dict[str, Condition]:
    silence_counts = not _is_silent(known, now_ms)
    return {
        device.device_id: judge_device(
            device,
            known.states.get(device.device_id),
            known.memory.watches.get(device.device_id, Watch()),
            tasks=known.tasks,
            suspicion=Suspicion(
                known.failed.get(device.device_id, ""),
                known.alerted.get(device.device_id),
                _measure_silence(known, device.device_id) if silence_counts else float("inf"),
                has_changed=device.device_id in known.changed,
            ),
            now_ms=now_ms,
        )
        for device in known.devices
    }


def _measure_silence(known: Known, device_id: str) -> float:
    state = known.states.get(device_id)
    return float("inf") if state is None else known.optimiser.measure_silence(state)


def _is_silent(known: Known, now_ms: int) -> bool:
    """Whether nobody who runs tasks was heard lately."""
    return all_silent(
        (known.states.get(device.device_id) for device in known.devices),
        silent_after_ms=known.optimiser.measure_silence,
        now_ms=now_ms,
    )
