"""One site's part of the problem as arrays, and what an allocation costs there.

An allocation is an int array ``[t]``: each task's device by its place in the site's device list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.planning.load_price import (
    Floats,
    LoadPrice,
    load_price,
    response_ms,
    usable_pct,
)
from tocsin.planning.problem import Device, Problem, Task

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Site:
    """``t`` tasks that can run somewhere, ``d`` devices; the tasks that cannot are ``unplaced``.

    load: ``[t]`` percent. cost: ``[t, d]`` watts for running a task on a device, without its load's
    price; infinite where it must not run. misplaced: ``[t, d]``, where it must not be but may
    remain. present: ``[t]``, NOWHERE for a new task. counted: ``[t]``, whether leaving is a
    migration that ``most_moves`` limits. idle_ms, usable: ``[d]``.
    """

    devices: tuple[Device, ...]
    tasks: tuple[Task, ...]
    unplaced: tuple[Task, ...]
    load: Floats
    cost: Floats
    misplaced: Bools
    present: Ints
    counted: Bools
    most_moves: int
    idle_ms: Floats
    usable: Floats
    price: LoadPrice

    def loads(self, allocation: Ints) -> Floats:
        """Percent each device carries, ``[d]``."""
        return np.bincount(allocation, self.load, len(self.devices)).astype(np.float64)

    def objective(self, allocation: Ints) -> float:
        """Watts; infinite for an allocation that must not be."""
        running = self.cost[np.arange(len(self.load)), allocation].sum()
        return float(running + self.price.of(self.loads(allocation)).sum())

    def moves(self, allocation: Ints) -> int:
        """How many of the limited migrations *allocation* makes."""
        return int((self.counted & (allocation != self.present)).sum())

    def leaving(self) -> Bools:
        """``[t, d]``: whether that pair would be a limited migration."""
        places = np.arange(len(self.devices))
        return np.asarray(self.counted[:, None] & (places[None, :] != self.present[:, None]))


def site_of(problem: Problem, site_id: str) -> Site:
    """Gather *problem*'s part at *site_id*."""
    devices = tuple(one for one in problem.devices if one.site_id == site_id)
    tasks = tuple(one for one in problem.tasks if one.site_id == site_id)
    load = np.array([task.load_pct for task in tasks])
    usable = usable_pct(devices, problem.limits)
    idle = np.array([device.response_ms for device in devices])
    place = {device.device_id: index for index, device in enumerate(devices)}
    home = [NOWHERE if task.device_id is None else place[task.device_id] for task in tasks]
    present = np.array(home, dtype=np.int64)
    pinned = np.array([task.pinned or task.task_id in problem.pins for task in tasks], dtype=bool)
    eligible = _eligible(problem, devices, tasks)
    allowed = _allowed(problem, place, tasks, present, eligible & (usable > 0))
    cost = _cost(problem, devices, tasks, usable, present)
    cost += problem.weights.misplaced * ~eligible
    cost[~allowed] = np.inf
    keep: Bools = np.asarray(allowed.any(axis=1))
    counted = (present != NOWHERE) & ~pinned
    limit = problem.limits.max_migrations
    return Site(
        devices=devices,
        tasks=tuple(task for task, kept in zip(tasks, keep, strict=True) if kept),
        unplaced=tuple(task for task, kept in zip(tasks, keep, strict=True) if not kept),
        load=load[keep],
        cost=cost[keep],
        misplaced=~eligible[keep],
        present=present[keep],
        counted=counted[keep],
        most_moves=int(counted.sum()) if limit is None else limit,
        idle_ms=idle,
        usable=usable,
        price=load_price(devices, problem.limits, problem.weights, float(load[keep].sum())),
    )


def _eligible(problem: Problem, devices: tuple[Device, ...], tasks: tuple[Task, ...]) -> Bools:
    """``[t, d]``: the device has the capability and the pair is not forbidden."""
    wanted = {task.capability for task in tasks}
    able = {
        one: np.array([one is None or one in device.capabilities for device in devices], bool)
        for one in wanted
    }
    rows = np.array([able[task.capability] for task in tasks], bool)
    eligible = rows.reshape(len(tasks), len(devices))
    if problem.forbidden:
        row = {task.task_id: index for index, task in enumerate(tasks)}
        column = {device.device_id: index for index, device in enumerate(devices)}
        for task_id, device_id in problem.forbidden:
            if task_id in row:
                eligible[row[task_id], column[device_id]] = False
    return eligible


def _allowed(
    problem: Problem, place: dict[str, int], tasks: tuple[Task, ...], present: Ints, good: Bools
) -> Bools:
    """Where a task may be: on good devices, where it is now, and if pinned on its pin alone."""
    allowed = good.copy()
    known = np.flatnonzero(present != NOWHERE)
    allowed[known, present[known]] = True
    for index, task in enumerate(tasks):
        pin = problem.pins.get(task.task_id, task.device_id if task.pinned else None)
        if pin is not None:
            allowed[index] = False
            allowed[index, place[pin]] = True
    return allowed


def _cost(
    problem: Problem,
    devices: tuple[Device, ...],
    tasks: tuple[Task, ...],
    usable: Floats,
    present: Ints,
) -> Floats:
    """Energy, migration and lateness of every pair ``[t, d]``, in watts.

    Lateness is judged with the device filled to its reserve line. This is linear, and safe: a task
    placed at no price is in time for as long as its device keeps its reserve.
    """
    weights = problem.weights
    load = np.array([task.load_pct for task in tasks])
    energy = np.array([device.energy_w_per_pct for device in devices])
    cost = weights.energy * load[:, None] * energy[None, :]
    elsewhere = np.arange(len(devices))[None, :] != present[:, None]
    cost += weights.migration * (elsewhere & (present != NOWHERE)[:, None])
    deadline = np.array([np.inf if t.deadline_ms is None else t.deadline_ms for t in tasks])
    priority = np.array([task.priority for task in tasks])
    idle = np.array([device.response_ms for device in devices])
    answer = response_ms(idle, (1.0 - problem.limits.reserve) * usable, usable)
    late = np.maximum(answer[None, :] - deadline[:, None], 0.0)
    return np.asarray(cost + weights.late * priority[:, None] * late)
