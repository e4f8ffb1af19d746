"""How soon the tasks of a device that went wrong moved, and were answered in time again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from local.report.run_log import Allocated, TrueFault

WORK_KINDS = frozenset({"overload", "throttled"})
STEP_MS = 1_000
MEDIAN_OF = 3  # readings: a single slow answer does not count as late
STALE_MS = 15_000  # an answer measured longer ago says nothing about now
WELL_MS = 3_000  # recovered: answered in time for at least this long before the fault ends


@dataclass(frozen=True, slots=True)
class Work:
    """The fleet's tasks as a run saw them.

    ``deadline_ms`` by task, of those that have one; ``priority`` by task, 1 where it is not said.
    ``allocated``: what each device ran since when. ``answers``: by device its measured answers,
    (event time, ms), in order of time. ``plans``: the ``plans`` documents of every site.
    """

    deadline_ms: Mapping[str, float]
    allocated: Sequence[Allocated]
    answers: Mapping[str, Sequence[tuple[int, float]]]
    plans: Sequence[Mapping[str, Any]]
    priority: Mapping[str, float] = field(default_factory=dict)


def report_plans(work: Work, faults: Iterable[TrueFault], *, ended_ms: float) -> dict[str, Any]:
    """The report's ``plans``, in the format of docs/operations.md."""
    orders = [order for plan in work.plans for order in plan["deliveries"].values()]
    states = [order["state"] for order in orders]
    events = sorted(
        (fault for fault in faults if fault.kind in WORK_KINDS), key=lambda fault: fault.start
    )
    described = [_describe_event(work, fault, ended_ms) for fault in events]
    moved = sum(move["from"] is not None for plan in work.plans for move in plan["migrations"])
    concerned = sum(event["tasks"] for event in described)
    return {
        "made": len(work.plans),
        "migrations": sum(len(plan["migrations"]) for plan in work.plans),
        "late_task_s": _sum_lateness(work, int(ended_ms)),
        "tasks_concerned": concerned,
        "migrations_per_task_concerned": round(moved / concerned, 3) if concerned else None,
        "orders": len(orders),
        "confirmed": states.count("confirmed"),
        "failed": states.count("failed"),
        "events": described,
    }


def _sum_lateness(work: Work, ended_ms: int) -> float:
    """Seconds of all tasks that nobody answered in time, each times its priority, since every
    device that runs some had begun and answered."""
    begun = {own.device_id: own.at for own in reversed(work.allocated)}
    answered = [work.answers[name][0][0] for name in begun if work.answers.get(name)]
    late_s = 0.0
    for t in range(max([*begun.values(), *answered], default=ended_ms), ended_ms, STEP_MS):
        late = find_late_tasks(work, work.deadline_ms, t)
        late_s += STEP_MS / 1_000 * sum(work.priority.get(task, 1.0) for task in late)
    return round(late_s, 1)


def _describe_event(work: Work, fault: TrueFault, ended_ms: float) -> dict[str, Any]:
    plan = _find_first_plan(work, fault)
    until = int(min(fault.end, ended_ms))
    # A device that was switched on after its fault had begun: what it began with.
    first = min((own.at for own in work.allocated if own.device_id == fault.device_id), default=0)
    running = find_tasks(work, fault.device_id, max(fault.start, first))
    tasks = [task for task in running if task in work.deadline_ms]
    late = [t for t in range(fault.start, until, STEP_MS) if find_late_tasks(work, tasks, t)]
    well_at = late[-1] + STEP_MS if late else fault.start
    recovered = until - well_at >= WELL_MS
    confirmed = None if plan is None else _find_confirmation(plan)
    return {
        "kind": fault.kind,
        "device": fault.device_id,
        "tasks": len(tasks),
        "to_plan_s": None if plan is None else _to_seconds(plan["createdAt"] - fault.start),
        "to_confirmed_s": None if confirmed is None else _to_seconds(confirmed - fault.start),
        "late_s": len(late) * STEP_MS / 1_000,
        "to_recovered_s": _to_seconds(well_at - fault.start) if recovered else None,
    }


def find_tasks(work: Work, device_id: str, t: int) -> frozenset[str]:
    """What *device_id* ran at *t* (ms)."""
    before = [
        allocated
        for allocated in work.allocated
        if allocated.device_id == device_id and allocated.at <= t
    ]
    return max(before, key=lambda allocated: allocated.at).tasks if before else frozenset()


def find_late_tasks(work: Work, tasks: Iterable[str], t: int) -> list[str]:
    """Those of *tasks* that nobody answered in time at *t* (ms)."""
    wanted = frozenset(tasks)
    # Of a large fleet only few devices ever ran these tasks.
    able = {
        allocated.device_id
        for allocated in work.allocated
        if not wanted.isdisjoint(allocated.tasks)
    } & work.answers.keys()
    answer = {name: _find_answer_ms(work, name, t) for name in able}
    running = {name: find_tasks(work, name, t) for name in able}
    return [
        task
        for task in wanted
        if not any(
            task in there and (ms := answer[name]) is not None and ms <= work.deadline_ms[task]
            for name, there in running.items()
        )
    ]


def _find_answer_ms(work: Work, device_id: str, t: int) -> float | None:
    """The device's answer at *t*: the median of its last readings; None where there are none."""
    answers = work.answers[device_id]
    end = bisect_right(answers, t, key=lambda answer: answer[0])
    recent = [ms for at, ms in answers[max(0, end - MEDIAN_OF) : end] if t - at <= STALE_MS]
    return median(recent) if recent else None


def _find_first_plan(work: Work, fault: TrueFault) -> Mapping[str, Any] | None:
    """The first plan since the fault that takes a task from its device."""
    moving = [
        plan
        for plan in work.plans
        if plan["createdAt"] >= fault.start
        and any(move["from"] == fault.device_id for move in plan["migrations"])
    ]
    return min(moving, key=lambda plan: int(plan["createdAt"]), default=None)


def _find_confirmation(plan: Mapping[str, Any]) -> int | None:
    """When the last of its devices confirmed (ms); None while any has not."""
    times = [
        order["confirmedAt"]
        for order in plan["deliveries"].values()
        if order["state"] != "superseded"
    ]
    return None if not times or None in times else int(max(times))


def _to_seconds(ms: float) -> float:
    return round(ms / 1_000, 1)
