"""All that is known of a site, put together as a rebalancing problem.

What cannot be used is left out and named in the notes: one bad twin or a stale override must not
keep a whole site from being planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.health import Health, all_silent, judge_health
from tocsin.planning.inputs.background import (
    estimate_background_pct,
    estimate_idle_ms,
    subtract_background,
)
from tocsin.planning.inputs.optimiser import Optimiser
from tocsin.planning.inputs.overrides import Overrides
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.problem import Device, Problem, Task

NO_DEVICE = "no device of this site can run tasks: give one a 'capacity' tag in its twin"
UNHEARD = "no device of this site that can run tasks has ever sent a reading"


@dataclass(frozen=True, slots=True)
class Known:
    """What was found at a site.

    ``states``: what is kept of them, by device. ``planned``: task → device by the last plan.
    ``failed``: device → why it does not obey. ``alerted``: device → event time (ms) of an alert
    that its document may not show yet. ``background``: percent by device, as last found.
    """

    site_id: str
    devices: tuple[EdgeDevice, ...]
    states: Mapping[str, DeviceRecord]
    tasks: Mapping[str, Task]
    optimiser: Optimiser
    overrides: Overrides
    planned: Mapping[str, str | None]
    failed: Mapping[str, str]
    alerted: Mapping[str, int]
    background: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a device counts for in a plan."""

    health: Health
    background_pct: float


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
    overrides = known.overrides.keep_known(known.tasks, device_ids)
    problem = Problem(
        devices=tuple(
            _describe_device(known, device, conditions[device.device_id])
            for device in known.devices
        ),
        tasks=tuple(_place(task, place) for task, place in _find_places(known)),
        pins=overrides.pins,
        forbidden=overrides.forbidden,
        weights=known.optimiser.weights,
        limits=known.optimiser.limits,
    )
    return Gathered(problem, conditions, tuple(notes))


def find_place(
    task_id: str, devices: Iterable[EdgeDevice], planned: Mapping[str, str | None]
) -> str | None:
    """Where a task runs by the devices' own word; while two say so, where the last plan put it.

    Where none does, the last plan's device: it may not have got round to it yet.
    """
    there = [device.device_id for device in devices if task_id in device.running]
    target = planned.get(task_id)
    if target in there or (not there and any(device.device_id == target for device in devices)):
        return target
    return there[0] if there else None


def _find_stale(known: Known, device_ids: Iterable[str]) -> Iterable[str]:
    return known.overrides.find_unknown(known.tasks.keys(), set(device_ids))


def _find_places(known: Known) -> Iterable[tuple[Task, str | None]]:
    for task_id, task in sorted(known.tasks.items()):
        yield task, find_place(task_id, known.devices, known.planned)


def _place(task: Task, place: str | None) -> Task:
    # A pin holds a task where it is; one that runs nowhere has to be placed first.
    return replace(task, device_id=place, pinned=task.pinned and place is not None)


def _describe_device(known: Known, device: EdgeDevice, condition: Condition) -> Device:
    return Device(
        device_id=device.device_id,
        site_id=known.site_id,
        capacity_pct=subtract_background(device, condition.background_pct),
        energy_w_per_pct=device.capacity.energy_w_per_pct,
        response_ms=estimate_idle_ms(device, condition.background_pct),
        health=condition.health.value,
        capabilities=device.capabilities,
        drained=device.device_id in known.overrides.drained,
        condition=condition.health.why,
    )


def _judge_devices(known: Known, now_ms: int) -> dict[str, Condition]:
    silence_counts = not _is_silent(known, now_ms)
    return {
        device.device_id: Condition(
            _judge_device(known, device, now_ms, silence_counts=silence_counts),
            estimate_background_pct(
                device,
                known.states.get(device.device_id),
                known.tasks,
                known.background.get(device.device_id, 0.0),
            ),
        )
        for device in known.devices
    }


def _is_silent(known: Known, now_ms: int) -> bool:
    """Whether nobody who runs tasks was heard lately."""
    return all_silent(
        (known.states.get(device.device_id) for device in known.devices),
        silent_after_ms=known.optimiser.silent_after_s * 1_000,
        now_ms=now_ms,
    )


def _judge_device(known: Known, device: EdgeDevice, now_ms: int, *, silence_counts: bool) -> Health:
    device_id, state = device.device_id, known.states.get(device.device_id)
    if device_id in known.failed:
        return Health(0.0, known.failed[device_id])
    alerted_at = known.alerted.get(device_id)
    if state is not None and alerted_at is not None and state.last_t < alerted_at:
        # The alert is stored before the device's document is.
        state = state.with_alert(alerted_at)
    limit_ms = known.optimiser.silent_after_s * 1_000 if silence_counts else float("inf")
    return judge_health(state, silent_after_ms=limit_ms, now_ms=now_ms)
