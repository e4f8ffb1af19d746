"""What a rebalancing problem must fulfil before anyone tries to solve it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from tocsin.domain.errors import InvalidProblemError

if TYPE_CHECKING:
    from tocsin.planning.problem import Device, Limits, Task, Weights


def check_devices(devices: tuple[Device, ...]) -> None:
    if not devices:
        raise InvalidProblemError("there are no devices: register one before rebalancing")
    _check_unique("device", (device.device_id for device in devices))
    for device in devices:
        name = f"device {device.device_id!r}"
        _check_number(name, "capacity_pct", device.capacity_pct, above=True)
        _check_number(name, "energy_w_per_pct", device.energy_w_per_pct)
        _check_number(name, "response_ms", device.response_ms)
        _check_number(name, "health", device.health, high=1.0)


def check_tasks(tasks: tuple[Task, ...], devices: tuple[Device, ...]) -> None:
    _check_unique("task", (task.task_id for task in tasks))
    site_of = {device.device_id: device.site_id for device in devices}
    for task in tasks:
        name = f"task {task.task_id!r}"
        _check_number(name, "load_pct", task.load_pct)
        _check_number(name, "priority", task.priority)
        if task.deadline_ms is not None:
            _check_number(name, "deadline_ms", task.deadline_ms, above=True)
        if task.device_id is not None:
            _check_place(f"{name} runs on", task, task.device_id, site_of)
        elif task.pinned:
            raise InvalidProblemError(f"{name} is pinned but runs nowhere: name a device in pins")


def check_overrides(
    pins: Mapping[str, str],
    forbidden: frozenset[tuple[str, str]],
    tasks: tuple[Task, ...],
    devices: tuple[Device, ...],
) -> None:
    """Each names a task and a device of one site, and no two of them contradict each other."""
    task_of = {task.task_id: task for task in tasks}
    site_of = {device.device_id: device.site_id for device in devices}
    for task_id, device_id in (*pins.items(), *sorted(forbidden)):
        if task_id not in task_of:
            raise InvalidProblemError(f"an override names the unknown task {task_id!r}: remove it")
        _check_place("an override names", task_of[task_id], device_id, site_of)
    for pin in pins.items():
        if pin in forbidden:
            raise InvalidProblemError(
                f"task {pin[0]!r} is both pinned to and forbidden on {pin[1]!r}: remove one of them"
            )


def check_weights(weights: Weights) -> None:
    for part in fields(weights):
        _check_number("weights", part.name, getattr(weights, part.name))


def check_limits(limits: Limits) -> None:
    _check_number("limits", "min_health", limits.min_health, high=1.0)
    _check_number("limits", "reserve", limits.reserve, high=0.9)
    if limits.max_migrations is not None and limits.max_migrations < 0:
        raise InvalidProblemError("limits: max_migrations must be 0 or more, or None for any")


def _check_unique(kind: str, ids: Iterable[str]) -> None:
    for name, times in Counter(ids).items():
        if not name:
            raise InvalidProblemError(f"a {kind} has an empty id: give it one")
        if times > 1:
            raise InvalidProblemError(f"{kind} {name!r} is listed {times} times: list it once")


def _check_number(
    name: str, part: str, value: float, *, high: float = math.inf, above: bool = False
) -> None:
    """Finite, at least 0 (*above*: more than 0) and at most *high*."""
    if not math.isfinite(value) or value < 0 or value > high or (above and value == 0):
        low = "above 0" if above else "0 or more"
        most = "" if math.isinf(high) else f" and at most {high:g}"
        raise InvalidProblemError(f"{name}: {part} is {value}, but must be {low}{most}")


def _check_place(what: str, task: Task, device_id: str, site_of: Mapping[str, str]) -> None:
    if device_id not in site_of:
        raise InvalidProblemError(f"{what} the unknown device {device_id!r}: register or remove it")
    if site_of[device_id] != task.site_id:
        raise InvalidProblemError(
            f"{what} {device_id!r} at site {site_of[device_id]!r}, but task {task.task_id!r} "
            f"belongs to {task.site_id!r}: tasks stay within their site"
        )
