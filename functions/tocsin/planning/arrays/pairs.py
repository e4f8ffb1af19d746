"""What a pair of task and device may be, and what it costs."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.load_price import response_ms
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.problem import Device, Problem, Task

NOWHERE = -1  # the present device of a new task


def eligible(problem: Problem, devices: tuple[Device, ...], tasks: tuple[Task, ...]) -> Bools:
    """``[t, d]``: the device has the capability and the pair is not forbidden."""
    wanted = {task.capability for task in tasks}
    able = {
        one: np.array([one is None or one in device.capabilities for device in devices], bool)
        for one in wanted
    }
    rows = np.array([able[task.capability] for task in tasks], bool)
    found = rows.reshape(len(tasks), len(devices))
    if problem.forbidden:
        row = {task.task_id: index for index, task in enumerate(tasks)}
        column = {device.device_id: index for index, device in enumerate(devices)}
        for task_id, device_id in problem.forbidden:
            if task_id in row:
                found[row[task_id], column[device_id]] = False
    return found


def allowed(
    problem: Problem, place: dict[str, int], tasks: tuple[Task, ...], present: Ints, good: Bools
) -> Bools:
    """Where a task may be: on good devices, where it is now, and if pinned on its pin alone."""
    places = good.copy()
    known = np.flatnonzero(present != NOWHERE)
    places[known, present[known]] = True
    for index, task in enumerate(tasks):
        pin = problem.pins.get(task.task_id, task.device_id if task.pinned else None)
        if pin is not None:
            places[index] = False
            places[index, place[pin]] = True
    return places


def cost(
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
    watts = weights.energy * load[:, None] * energy[None, :]
    elsewhere = np.arange(len(devices))[None, :] != present[:, None]
    watts += weights.migration * (elsewhere & (present != NOWHERE)[:, None])
    deadline = np.array([np.inf if t.deadline_ms is None else t.deadline_ms for t in tasks])
    priority = np.array([task.priority for task in tasks])
    idle = np.array([device.response_ms for device in devices])
    answer = response_ms(idle, (1.0 - problem.limits.reserve) * usable, usable)
    late = np.maximum(answer[None, :] - deadline[:, None], 0.0)
    return np.asarray(watts + weights.late * priority[:, None] * late)
