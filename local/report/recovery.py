"""What became of the tasks of a device that went wrong: how soon they moved, and were well."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from local.report.run_log import Allocated, TrueFault

WORK_KINDS = frozenset({"overload", "throttled"})
STEP_MS = 1_000
MEDIAN_OF = 3  # readings: one slow answer is no lateness
STALE_MS = 15_000  # an answer measured longer ago says nothing of now
WELL_MS = 3_000  # answered in time for at least so long before a fault ends, to count as recovered


@dataclass(frozen=True, slots=True)
class Work:
    """The fleet's tasks as a run saw them.

    ``deadline_ms`` by task, of those that have one. ``allocated``: what each device ran since when.
    ``answers``: by device its measured answers, (event time, ms), in order of time. ``plans``: the
    ``plans`` documents of every site.
    """

    deadline_ms: Mapping[str, float]
    allocated: Sequence[Allocated]
    answers: Mapping[str, Sequence[tuple[int, float]]]
    plans: Sequence[Mapping[str, Any]]


def plans_report(work: Work, faults: Iterable[TrueFault], *, ended_ms: float) -> dict[str, Any]:
    """The report's ``plans``, in the format of docs/operations.md."""
    orders = [one for plan in work.plans for one in plan["deliveries"].values()]
    states = [one["state"] for one in orders]
    events = [one for one in faults if one.kind in WORK_KINDS]
    return {
        "made": len(work.plans),
        "migrations": sum(len(plan["migrations"]) for plan in work.plans),
        "orders": len(orders),
        "confirmed": states.count("confirmed"),
        "failed": states.count("failed"),
        "events": [_event(work, one, ended_ms) for one in sorted(events, key=lambda x: x.start)],
    }


def _event(work: Work, fault: TrueFault, ended_ms: float) -> dict[str, Any]:
    plan = _first_plan(work, fault)
    until = int(min(fault.end, ended_ms))
    tasks = [one for one in tasks_of(work, fault.device_id, fault.start) if one in work.deadline_ms]
    late = [t for t in range(fault.start, until, STEP_MS) if late_tasks(work, tasks, t)]
    well_at = late[-1] + STEP_MS if late else fault.start
    confirmed = None if plan is None else _confirmed_at(plan)
    return {
        "kind": fault.kind,
        "device": fault.device_id,
        "tasks": len(tasks),
        "to_plan_s": None if plan is None else _seconds(plan["createdAt"] - fault.start),
        "to_confirmed_s": None if confirmed is None else _seconds(confirmed - fault.start),
        "late_s": len(late) * STEP_MS / 1_000,
        "to_recovered_s": _seconds(well_at - fault.start) if until - well_at >= WELL_MS else None,
    }


def tasks_of(work: Work, device_id: str, t: int) -> frozenset[str]:
    """What *device_id* ran at *t* (ms)."""
    before = [one for one in work.allocated if one.device_id == device_id and one.at <= t]
    return max(before, key=lambda one: one.at).tasks if before else frozenset()


def late_tasks(work: Work, tasks: Iterable[str], t: int) -> list[str]:
    """Those of *tasks* that nobody answered in time at *t* (ms)."""
    answer = {name: _answer_ms(work, name, t) for name in work.answers}
    running = {name: tasks_of(work, name, t) for name in work.answers}
    return [
        task
        for task in tasks
        if not any(
            task in there and (ms := answer[name]) is not None and ms <= work.deadline_ms[task]
            for name, there in running.items()
        )
    ]


def _answer_ms(work: Work, device_id: str, t: int) -> float | None:
    """The device's answer at *t*: the median of its last readings; None where there are none."""
    answers = work.answers[device_id]
    end = bisect_right(answers, t, key=lambda one: one[0])
    recent = [ms for at, ms in answers[max(0, end - MEDIAN_OF) : end] if t - at <= STALE_MS]
    return median(recent) if recent else None


def _first_plan(work: Work, fault: TrueFault) -> Mapping[str, Any] | None:
    """The first plan since the fault that takes a task from its device."""
    moving = [
        plan
        for plan in work.plans
        if plan["createdAt"] >= fault.start
        and any(move["from"] == fault.device_id for move in plan["migrations"])
    ]
    return min(moving, key=lambda plan: int(plan["createdAt"]), default=None)


def _confirmed_at(plan: Mapping[str, Any]) -> int | None:
    """When the last of its devices had confirmed; None while one has not."""
    times = [
        one["confirmedAt"] for one in plan["deliveries"].values() if one["state"] != "superseded"
    ]
    return None if not times or None in times else int(max(times))


def _seconds(ms: float) -> float:
    return round(ms / 1_000, 1)
