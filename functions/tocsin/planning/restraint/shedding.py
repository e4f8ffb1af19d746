"""Which tasks go without, where a device cannot carry all of its own and nobody else can either.

The lowest priority first, of two alike the heavier: it makes more room. A task comes back when some
device has room for it and nobody's answer suffers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.domain.plans.figures import Violation
from tocsin.domain.plans.stored_plan import Migration
from tocsin.planning.arrays.load_price import FULLEST, derate_capacity
from tocsin.planning.arrays.site import build_site
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Device, Problem, Task
from tocsin.planning.restraint.forecast import (
    RISK,
    SAFE,
    compare_deadlines,
    spread_answers,
)
from tocsin.planning.results.reasons import find_violations

PER_TASK = 0.25  # late tasks that each task that goes without must at least spare, beside itself


@dataclass(frozen=True, slots=True)
class Shedding:
    """``may_shed``: the devices whose tasks are measured to be late, and were not just moved.
    ``out``: the tasks that go without already, and why. ``may_return``: those of them that have
    gone without for long enough. ``forbidden``: (task, device) of those as of any."""

    may_shed: frozenset[str] = frozenset()
    out: Mapping[str, str] = field(default_factory=dict)
    may_return: frozenset[str] = frozenset()
    forbidden: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Shed:
    """``plan``: with None for the tasks that go without. ``out``: why each does."""

    plan: Plan
    out: Mapping[str, str]


def shed_tasks(problem: Problem, waiting: Sequence[Task], plan: Plan, shedding: Shedding) -> Shed:
    """*plan* of one site for *problem*, which lacks the tasks *waiting* that go without already."""
    rooms = _list_rooms(problem, plan)
    fresh = {
        task.task_id: f"{room.device.device_id} cannot carry all of its tasks in time"
        for room in rooms.values()
        if room.device.device_id in shedding.may_shed
        for task in room.choose_shed(problem)
    }
    back: dict[str, str] = {}
    for task in sorted(waiting, key=lambda task: (-task.priority, task.load_pct)):
        taker = None
        if task.task_id in shedding.may_return and not fresh:
            taker = _find_taker(rooms.values(), task, shedding.forbidden)
        if taker is not None:
            back[task.task_id] = taker
            rooms[taker] = replace(rooms[taker], tasks=(*rooms[taker].tasks, task))
    gone = {task.task_id: shedding.out[task.task_id] for task in waiting} | fresh
    out = {name: why for name, why in gone.items() if name not in back}
    if not gone:
        return Shed(plan, {})
    return Shed(_rebuild(problem, waiting, plan, out, back), out)


@dataclass(frozen=True, slots=True)
class _Room:
    """A device and what it is to run. ``usable``: percent."""

    device: Device
    usable: float
    tasks: tuple[Task, ...]

    def choose_shed(self, problem: Problem) -> Sequence[Task]:
        """Those without which most of the others are in time; none where that helps too little."""
        if self.usable <= 0:
            return ()
        free = [
            task
            for task in self.tasks
            if not task.pinned and task.task_id not in problem.pins and task.device_id is not None
        ]
        order = sorted(free, key=lambda task: (task.priority, -task.load_pct))
        losses = [self._count_loss(order[:count]) for count in range(len(order) + 1)]
        return order[: int(np.argmin(losses))]

    def _count_loss(self, gone: Sequence[Task]) -> float:
        """Late tasks, those that go without among them, each times its priority."""
        left = replace(self, tasks=tuple(task for task in self.tasks if task not in gone))
        chances = left.estimate_chances(0.0)
        late = sum(task.priority * chance for task, chance in zip(left.tasks, chances, strict=True))
        return late + sum(task.priority + PER_TASK for task in gone)

    def estimate_chances(self, growth: float) -> list[float]:
        """Of each task to be late."""
        load = sum(task.load_pct for task in self.tasks)
        use = np.full(len(self.tasks), min(load / self.usable, FULLEST))
        deadline = [np.inf if one is None else one for one in (t.deadline_ms for t in self.tasks)]
        answer = self.device.response_ms / (1.0 - use)
        spread = spread_answers(use, np.full(len(use), growth))
        return [float(c) for c in compare_deadlines(answer, spread, np.array(deadline, float))]

    def can_take(self, task: Task) -> bool:
        """Whether *task* is in time here, and all others that were."""
        fuller = replace(self, tasks=(*self.tasks, task))
        if sum(own.load_pct for own in fuller.tasks) > SAFE * self.usable:
            return False
        before, after = [*self.estimate_chances(0.0), 0.0], fuller.estimate_chances(1.0)
        return all(new - old <= RISK for old, new in zip(before, after, strict=True))


def _list_rooms(problem: Problem, plan: Plan) -> dict[str, _Room]:
    usable = derate_capacity(problem.devices, problem.limits)
    tasks: dict[str | None, list[Task]] = {}
    for task in problem.tasks:
        tasks.setdefault(plan.allocation[task.task_id], []).append(task)
    return {
        device.device_id: _Room(device, float(left), tuple(tasks.get(device.device_id, ())))
        for device, left in zip(problem.devices, usable, strict=True)
    }


def _find_taker(
    rooms: Iterable[_Room], task: Task, forbidden: frozenset[tuple[str, str]]
) -> str | None:
    """The emptiest device that has room for *task*."""
    able = [
        room
        for room in rooms
        if (task.capability is None or task.capability in room.device.capabilities)
        and (task.task_id, room.device.device_id) not in forbidden
        and not room.device.closed
        and room.usable > 0
        and room.can_take(task)
    ]
    loads = {room.device.device_id: sum(own.load_pct for own in room.tasks) for room in able}
    return min(loads, key=loads.__getitem__, default=None)


def _rebuild(
    problem: Problem,
    waiting: Sequence[Task],
    plan: Plan,
    out: Mapping[str, str],
    back: Mapping[str, str],
) -> Plan:
    allocation = {**plan.allocation, **dict.fromkeys(out), **back}
    returned = tuple(task for task in waiting if task.task_id in back)
    tasks = tuple(task for task in (*problem.tasks, *returned) if task.task_id not in out)
    moves = [move for move in plan.migrations if move.task_id not in out]
    moves += [
        Migration(name, None, target, "there is room for it again") for name, target in back.items()
    ]
    names = {task.task_id for task in tasks}
    forbidden = frozenset(pair for pair in problem.forbidden if pair[0] in names)
    left = replace(problem, tasks=tasks, forbidden=forbidden)
    gone = {task.task_id: task for task in (*problem.tasks, *waiting)}
    return replace(
        plan,
        allocation=allocation,
        migrations=tuple(moves),
        violations=(*_list_shed(gone, out), *_list_violations(left, allocation)),
    )


def _list_shed(tasks: Mapping[str, Task], out: Mapping[str, str]) -> Iterator[Violation]:
    for name, why in sorted(out.items()):
        yield Violation("shed", name, tasks[name].load_pct, f"{name} goes without: {why}")


def _list_violations(problem: Problem, allocation: Mapping[str, str | None]) -> Iterator[Violation]:
    for site_id in problem.sites():
        site = build_site(problem, site_id)
        place = {device.device_id: index for index, device in enumerate(site.devices)}
        chosen = [place[allocation[task.task_id] or ""] for task in site.tasks]
        yield from find_violations(problem, site, np.array(chosen, np.int64))
