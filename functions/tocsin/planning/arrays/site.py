"""One site's part of the problem as arrays, and what an allocation costs there.

An allocation is an int array ``[t]``: each task's device by its place in the site's device list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.kinds import number_kinds
from tocsin.planning.arrays.load_price import LoadPrice, build_load_price, derate_capacity
from tocsin.planning.arrays.pairs import (
    NOWHERE,
    find_allowed_pairs,
    find_eligible_pairs,
    price_lateness,
    price_pairs,
    sum_unavoidable,
)
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.problem import Device, Problem, Task


@dataclass(frozen=True, slots=True)
class Site:
    """``t`` tasks that can run somewhere and ``d`` devices.

    unplaced: the tasks that can run nowhere; no array knows them.
    load: ``[t]`` percent.
    cost: ``[t, d]`` watts for running a task on a device, without the price of its load; infinite
        where it must not run.
    misplaced: ``[t, d]``, where a task must not be but may remain.
    present: ``[t]``, each task's device now, NOWHERE for a new task.
    counted: ``[t]``, whether leaving its device is a migration that ``most_moves`` limits.
    kind: ``[t]``, the same number for tasks that differ in nothing but where they run.
    migration_w: watts that each move costs; part of ``cost``.
    idle_ms: ``[d]``, the answer of a device without load.
    usable: ``[d]`` percent, capacity derated by health.
    constant_w: watts of penalties that no plan avoids; part of every objective.
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
    constant_w: float

    def device_loads(self, allocation: Ints) -> Floats:
        """Percent each device carries, ``[d]``."""
        return np.bincount(allocation, self.load, len(self.devices)).astype(np.float64)

    def objective(self, allocation: Ints) -> float:
        """Watts; infinite for an allocation that must not be."""
        running = self.cost[np.arange(len(self.load)), allocation].sum()
        return float(running + self.price.charge(self.device_loads(allocation)).sum())

    def objective_afterwards(self, allocation: Ints) -> float:
        """Watts once *allocation* has been carried out: its migrations are over then."""
        moved = (self.present != NOWHERE) & (allocation != self.present)
        return self.objective(allocation) - self.migration_w * float(moved.sum())

    def count_moves(self, allocation: Ints) -> int:
        """How many of the limited migrations *allocation* makes."""
        return int((self.counted & (allocation != self.present)).sum())

    def find_counted_pairs(self, block: slice) -> Bools:
        """``[n, d]`` for the ``n`` tasks of *block*: whether the pair is a limited migration."""
        places, present = np.arange(len(self.devices)), self.present[block]
        return np.asarray(self.counted[block, None] & (places != present[:, None]))


def build_site(problem: Problem, site_id: str) -> Site:
    """*problem*'s part at *site_id*."""
    devices = tuple(device for device in problem.devices if device.site_id == site_id)
    tasks = tuple(task for task in problem.tasks if task.site_id == site_id)
    load = np.array([task.load_pct for task in tasks])
    usable = derate_capacity(devices, problem.limits)
    idle = np.array([device.response_ms for device in devices])
    place = {device.device_id: index for index, device in enumerate(devices)}
    home = [NOWHERE if task.device_id is None else place[task.device_id] for task in tasks]
    present = np.array(home, dtype=np.int64)
    pinned = np.array([task.pinned or task.task_id in problem.pins for task in tasks], dtype=bool)
    eligible = find_eligible_pairs(problem, devices, tasks)
    allowed = find_allowed_pairs(problem, devices, tasks, present, eligible & (usable > 0))
    late_w = price_lateness(problem, devices, tasks, usable)
    cost = price_pairs(problem, devices, tasks, present, late_w)
    # A pair that must not be but is (or is pinned) stays possible, so that a plan exists; its
    # price makes any other place better.
    np.add(cost, problem.weights.misplaced, out=cost, where=~eligible)
    cost[~allowed] = np.inf
    able: Bools = np.asarray(allowed.any(axis=1))
    # All of them in the usual case: then nothing is copied, and there may be millions of pairs.
    keep: slice | Bools = slice(None) if able.all() else able
    kept = tuple(task for task, can_run in zip(tasks, able, strict=True) if can_run)
    # What an operator orders does not use up the limit on migrations, nor does a new task.
    counted = (present != NOWHERE) & ~pinned
    limit = problem.limits.max_migrations
    return Site(
        devices=devices,
        tasks=kept,
        unplaced=tuple(task for task, can_run in zip(tasks, able, strict=True) if not can_run),
        load=load[keep],
        cost=cost[keep],
        misplaced=~eligible[keep],
        present=present[keep],
        counted=counted[keep],
        most_moves=int(counted.sum()) if limit is None else limit,
        kind=number_kinds(problem, kept),
        migration_w=problem.weights.migration,
        idle_ms=idle,
        usable=usable,
        price=build_load_price(devices, problem.limits, problem.weights, float(load[keep].sum())),
        constant_w=sum_unavoidable(
            problem,
            load[keep],
            usable,
            late_w[keep],
            allowed=allowed[keep],
            barred=~eligible[keep],
        ),
    )
