"""Where a device cannot carry all of its tasks, the least urgent go without, and come back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tocsin.planning.test_restrain import SITE, cell, fill, task
from tocsin.planning.problem import Device, Problem, Task
from tocsin.planning.restraint.allowance import Allowance
from tocsin.planning.restraint.restrain import restrain
from tocsin.planning.restraint.shedding import Shed, Shedding, shed_tasks
from tocsin.planning.solve import solve

SLOW = cell("a", 31.0, response_ms=71.0)


def shed(
    devices: tuple[Device, ...],
    tasks: tuple[Task, ...],
    waiting: tuple[Task, ...] = (),
    shedding: Shedding | None = None,
) -> Shed:
    problem = Problem(devices, tasks)
    plan = restrain(problem, SITE, solve(problem), Allowance()).plan
    return shed_tasks(problem, waiting, plan, shedding or Shedding(frozenset({"a"})))


def test_the_lowest_priority_goes_without_and_the_others_are_in_time() -> None:
    tasks = tuple(
        task(f"a-{index}", 10.0, "a", 300.0, priority=priority)
        for index, priority in enumerate((5.0, 1.0, 5.0, 2.0))
    )
    found = shed((SLOW,), tasks)
    assert found.out.keys() == {"a-1", "a-3"}
    assert all(found.plan.allocation[name] is None for name in found.out)
    shown = {one.subject: one.text for one in found.plan.violations if one.kind == "shed"}
    assert shown["a-1"] == "a-1 goes without: a cannot carry all of its tasks in time"
    assert not [one for one in found.plan.violations if one.kind == "late"]


def test_nobody_goes_without_unasked_or_for_nothing() -> None:
    tasks = fill("a", 4, 10.0)
    assert shed((SLOW,), tasks, shedding=Shedding()).out == {}
    assert shed((cell("a"),), tasks).out == {}, "all are in time"
    assert shed((cell("a", health=0.0),), tasks).out == {}, "nobody would be helped"
    pinned = tuple(replace(one, pinned=True) for one in tasks)
    assert shed((SLOW,), pinned).out == {}


def test_what_went_without_comes_back_where_there_is_room_for_it() -> None:
    gone = replace(task("g", 10.0, "a"), device_id=None)
    waits = Shedding(out={"g": "a was full"})
    assert shed((cell("a"),), fill("a", 2, 10.0), (gone,), waits).out == {"g": "a was full"}
    waited = replace(waits, may_return=frozenset({"g"}))
    back = shed((cell("a"),), fill("a", 2, 10.0), (gone,), waited)
    assert (back.out, back.plan.allocation["g"]) == ({}, "a")
    assert [move.reason for move in back.plan.migrations] == ["there is room for it again"]
    assert shed((cell("a"),), fill("a", 7, 10.0), (gone,), waited).out == {"g": "a was full"}
    barred = replace(waited, forbidden=frozenset({("g", "a")}))
    assert shed((cell("a"),), fill("a", 2, 10.0), (gone,), barred).out == {"g": "a was full"}


@given(
    st.lists(st.tuples(st.floats(1.0, 30.0), st.sampled_from([1.0, 2.0, 5.0])), max_size=7),
    st.floats(10.0, 90.0),
)
def test_whoever_goes_without_counts_no_more_than_whoever_stays(
    drawn: list[tuple[float, float]], left: float
) -> None:
    tasks = tuple(
        task(f"a-{index}", round(load, 1), "a", priority=priority)
        for index, (load, priority) in enumerate(drawn)
    )
    found = shed((cell("a", left),), tasks)
    gone = [one.priority for one in tasks if one.task_id in found.out]
    stay = [one.priority for one in tasks if one.task_id not in found.out]
    assert not gone or not stay or max(gone) <= min(stay)
    assert len(found.plan.allocation) == len(tasks)
