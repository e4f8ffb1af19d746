"""What a pair of task and device may be, and what it costs."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.load_price import estimate_response_ms
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.problem import Device, Problem, Task

NOWHERE = -1  # the present device of a new task


def find_eligible_pairs(
    problem: Problem, devices: tuple[Device, ...], tasks: tuple[Task, ...]
) -> Bools:
    """``[t, d]``: the device has the capability and the pair is not forbidden."""
    wanted = {task.capability for task in tasks}
    # A row for each capability, not for each task: there are few of them, and 10 000 tasks.
    able = {
        capability: np.array(
            [capability is None or capability in device.capabilities for device in devices], bool
        )
        for capability in wanted
    }
    rows = np.array([able[task.capability] for task in tasks], bool)
    eligible = rows.reshape(len(tasks), len(devices))  # no tasks make rows of shape [0]
    if problem.forbidden:
        row = {task.task_id: index for index, task in enumerate(tasks)}
        column = {device.device_id: index for index, device in enumerate(devices)}
        for task_id, device_id in problem.forbidden:
            if task_id in row:  # the others belong to other sites
                eligible[row[task_id], column[device_id]] = False
    return eligible


def find_allowed_pairs(
    problem: Problem,
    devices: tuple[Device, ...],
    tasks: tuple[Task, ...],
    present: Ints,
    good: Bools,
) -> Bools:
    """``[t, d]``: where a task may be: *good* pairs, where it is now, and if pinned its pin alone.

    Where it is now is always allowed, at a price: a task that can go nowhere else stays.
    *present*: ``[t]``, NOWHERE for a new task.
    """
    place = {device.device_id: index for index, device in enumerate(devices)}
    closed = np.array([device.closed for device in devices], bool)
    allowed: Bools = np.asarray(good & ~closed[None, :])
    known = np.flatnonzero(present != NOWHERE)
    allowed[known, present[known]] = True
    for index, task in enumerate(tasks):
        pin = problem.pin_of(task)
        if pin is not None:
            allowed[index] = False
            allowed[index, place[pin]] = True
    return allowed


def price_pairs(
    problem: Problem,
    devices: tuple[Device, ...],
    tasks: tuple[Task, ...],
    present: Ints,
    late_w: Floats,
) -> Floats:
    """Energy, migration and lateness (*late_w*) of every pair, ``[t, d]`` watts.

    *present*: ``[t]``.
    """
    weights = problem.weights
    load = np.array([task.load_pct for task in tasks])
    energy = np.array([device.energy_w_per_pct for device in devices])
    watts = weights.energy * load[:, None] * energy[None, :]
    # A new task migrates from nowhere: starting it costs the same on every device.
    known = np.flatnonzero(present != NOWHERE)
    stays = watts[known, present[known]]
    watts += weights.migration * (present != NOWHERE)[:, None]
    watts[known, present[known]] = stays
    watts += late_w  # in place, as there may be millions of pairs
    return np.asarray(watts)


def price_lateness(
    problem: Problem, devices: tuple[Device, ...], tasks: tuple[Task, ...], usable: Floats
) -> Floats:
    """Watts for every pair's lateness, ``[t, d]``, with each device filled to its reserve line.

    This is linear, and safe: a task placed at no price is in time for as long as its device keeps
    its reserve. *usable*: ``[d]`` percent.
    """
    deadline = np.array(
        [np.inf if task.deadline_ms is None else task.deadline_ms for task in tasks]
    )
    priority = np.array([task.priority for task in tasks])
    idle = np.array([device.response_ms for device in devices])
    answer = estimate_response_ms(idle, (1.0 - problem.limits.reserve) * usable, usable)
    late: Floats = answer[None, :] - deadline[:, None]
    np.maximum(late, 0.0, out=late)  # in place, as there may be millions of pairs
    late *= problem.weights.late * priority[:, None]
    return late


def sum_unavoidable(
    problem: Problem, load: Floats, usable: Floats, late_w: Floats, *, allowed: Bools, barred: Bools
) -> float:
    """Watts of penalties that no plan avoids, so that no plan is measured against them.

    What a task pays at least on any device it may be on (*allowed* ``[t, d]``), for being late
    (*late_w* ``[t, d]``) or where it must not be (*barred* ``[t, d]``), and the load beyond all
    that the devices can carry.
    """
    if not len(load):
        return 0.0
    weights = problem.weights
    useless = usable <= 0
    # In place, as there may be millions of pairs. All load where nothing is usable is overload.
    penalty = np.where(allowed, late_w, np.inf)
    penalty[barred] += weights.misplaced
    penalty[:, useless] += weights.overload * load[:, None]
    free = (allowed & ~useless[None, :]).any(axis=1)
    excess = max(float(load[free].sum() - usable.sum()), 0.0)
    return float(penalty.min(axis=1).sum()) + weights.overload * excess
