"""Whether the tasks of a device that went wrong were well again, and when."""

from __future__ import annotations

from typing import Any

import pytest

from local.report.recovery import Work, find_late_tasks, find_tasks, report_plans
from local.report.run_log import Allocated, TrueFault

START = 1_000_000
END = START + 40_000
FAULT = TrueFault("overload", "cell-1", START, END)
TASKS = frozenset({"a", "b"})
DEADLINES = {"a": 200.0, "b": 300.0, "c": 200.0}
AT_START = [
    Allocated("cell-1", START - 60_000, 0, TASKS),
    Allocated("cell-2", START - 60_000, 0, frozenset({"c"})),
]
MOVED = [
    Allocated("cell-2", START + 10_000, 2, frozenset({"a", "b", "c"})),
    Allocated("cell-1", START + 10_500, 2, frozenset()),
]


def make_answers(slow_from: int, slow_until: int) -> dict[str, list[tuple[int, float]]]:
    """cell-1 is slow between two times, cell-2 never is; a reading a second."""
    times = range(START - 30_000, END + 5_000, 1_000)
    return {
        "cell-1": [(t, 440.0 if slow_from <= t < slow_until else 40.0) for t in times],
        "cell-2": [(t, 60.0) for t in times],
    }


def make_plan(
    at: int, *, confirmed_at: int | None = None, source: str = "cell-1"
) -> dict[str, Any]:
    delivery = {
        "state": "sent" if confirmed_at is None else "confirmed",
        "confirmedAt": confirmed_at,
    }
    return {
        "createdAt": at,
        "migrations": [{"taskId": "a", "from": source, "to": "cell-2", "reason": "x"}],
        "deliveries": {"cell-1": delivery, "cell-9": {"state": "superseded", "confirmedAt": None}},
    }


def make_report(moved: bool, *plans: dict[str, Any], fault: TrueFault = FAULT) -> dict[str, Any]:
    work = Work(
        DEADLINES,
        AT_START + (MOVED if moved else []),
        make_answers(START + 2_000, END),
        list(plans),
    )
    return report_plans(work, [fault, TrueFault("spike", "cell-1", START, END)], ended_ms=END)


def test_tasks_that_moved_are_well_from_then_on() -> None:
    made = make_plan(START + 6_000, confirmed_at=START + 10_500)
    elsewhere = make_plan(START + 1_000, source="cell-2")
    found = make_report(True, make_plan(START - 5_000), elsewhere, made)
    assert found["made"] == 3
    assert (found["migrations"], found["orders"], found["confirmed"]) == (3, 6, 1)
    (event,) = found["events"]
    assert event == {
        "kind": "overload",
        "device": "cell-1",
        "tasks": 2,
        "to_plan_s": 6.0,
        "to_confirmed_s": 10.5,
        "late_s": 7.0,
        "to_recovered_s": 10.0,
    }


def test_tasks_that_stay_do_not_recover() -> None:
    (event,) = make_report(False)["events"]
    assert event["to_plan_s"] is None
    assert event["to_confirmed_s"] is None
    assert event["to_recovered_s"] is None
    assert event["late_s"] == 37.0


def test_the_lateness_of_the_whole_run_is_told_by_priority() -> None:
    plans = [make_plan(START + 6_000, confirmed_at=START + 10_500)]
    answers = make_answers(START + 2_000, END)
    work = Work(DEADLINES, AT_START + MOVED, answers, plans, {"a": 5.0})
    report = report_plans(work, [FAULT], ended_ms=END)
    # Both tasks are late until cell-2 has them; the median of three lags a second behind.
    assert report["late_task_s"] == pytest.approx(7 * (5.0 + 1.0))
    assert report["tasks_concerned"] == 2
    assert report["migrations_per_task_concerned"] == 0.5


def test_a_device_that_began_after_its_fault_has_what_it_began_with() -> None:
    """On a slow machine a device may connect when its fault is under way."""
    began = Allocated("cell-1", START + 3_000, 0, TASKS)
    work = Work(DEADLINES, [began], make_answers(START + 2_000, END), [])
    (event,) = report_plans(work, [FAULT], ended_ms=END)["events"]
    assert event["tasks"] == 2


def test_a_fault_that_makes_nobody_late_needs_no_recovery() -> None:
    (event,) = make_report(False, fault=TrueFault("throttled", "cell-2", START, END))["events"]
    assert (event["late_s"], event["to_recovered_s"]) == (0.0, 0.0)


def test_a_plan_is_confirmed_when_all_its_devices_have() -> None:
    (event,) = make_report(True, make_plan(START + 6_000))["events"]
    assert event["to_confirmed_s"] is None


def test_a_task_that_runs_nowhere_is_late_and_one_slow_answer_is_not() -> None:
    work = Work(
        DEADLINES, AT_START, {"cell-1": [(START, 40.0), (START + 1, 999.0), (START + 2, 40.0)]}, []
    )
    assert find_tasks(work, "cell-1", START) == TASKS
    assert find_late_tasks(work, ["a", "c"], START + 2) == ["c"]
    assert find_late_tasks(work, ["a"], START + 60_000) == ["a"], (
        "an old answer says nothing of now"
    )


def test_without_work_there_is_nothing_to_tell() -> None:
    assert report_plans(Work({}, [], {}, []), [], ended_ms=0) == {
        "made": 0,
        "migrations": 0,
        "late_task_s": 0.0,
        "tasks_concerned": 0,
        "migrations_per_task_concerned": None,
        "orders": 0,
        "confirmed": 0,
        "failed": 0,
        "events": [],
    }
