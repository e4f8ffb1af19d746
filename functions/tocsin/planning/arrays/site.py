"""One site's part of the problem as arrays, and what an allocation costs there.

An allocation is an int array ``[t]``: each task's device by its place in the site's device list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays import pairs
from tocsin.planning.arrays.kinds import kinds_of
from tocsin.planning.arrays.load_price import LoadPrice, load_price, usable_pct
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.problem import Device, Problem, Task


@dataclass(frozen=True, slots=True)
class Site:
    """``t`` tasks that can run somewhere, ``d`` devices; the tasks that cannot are ``unplaced``.

    load: ``[t]`` percent. cost: ``[t, d]`` watts for running a task on a device, without its load's
    price; infinite where it must not run. misplaced: ``[t, d]``, where it must not be but may
    remain. present: ``[t]``, NOWHERE for a new task. counted: ``[t]``, whether leaving is a
    migration that ``most_moves`` limits. kind: ``[t]``, the same number for tasks that differ in
    nothing but where they run. migration_w: what each move costs. idle_ms, usable: ``[d]``.
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
    kind: Ints
    migration_w: float
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

    def lasting(self, allocation: Ints) -> float:
        """Watts once *allocation* has been carried out: its migrations are over then."""
        moved = (self.present != NOWHERE) & (allocation != self.present)
        return self.objective(allocation) - self.migration_w * float(moved.sum())

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
    eligible = pairs.eligible(problem, devices, tasks)
    allowed = pairs.allowed(problem, place, tasks, present, eligible & (usable > 0))
    cost = pairs.cost(problem, devices, tasks, usable, present)
    cost += problem.weights.misplaced * ~eligible
    cost[~allowed] = np.inf
    keep: Bools = np.asarray(allowed.any(axis=1))
    kept = tuple(task for task, here in zip(tasks, keep, strict=True) if here)
    counted = (present != NOWHERE) & ~pinned
    limit = problem.limits.max_migrations
    return Site(
        devices=devices,
        tasks=kept,
        unplaced=tuple(task for task, here in zip(tasks, keep, strict=True) if not here),
        load=load[keep],
        cost=cost[keep],
        misplaced=~eligible[keep],
        present=present[keep],
        counted=counted[keep],
        most_moves=int(counted.sum()) if limit is None else limit,
        kind=kinds_of(problem, kept),
        migration_w=problem.weights.migration,
        idle_ms=idle,
        usable=usable,
        price=load_price(devices, problem.limits, problem.weights, float(load[keep].sum())),
    )
