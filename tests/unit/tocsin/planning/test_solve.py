"""Every fleet gets a plan that keeps the hard rules, reports the soft ones and moves for a gain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulp
import pytest
from hypothesis import given, settings

from tests.unit.tocsin.planning.fleets import carry_out, problems
from tocsin.planning.models.solver import (
    Answer,
    Effort,
    Start,
    choose_solver,
    solve_with_cbc,
    solve_with_highs,
)
from tocsin.planning.problem import Device, Limits, Problem, Task
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings


def _make_device(name: str, **parts: Any) -> Device:  # noqa: ANN401  any part of a Device
    return replace(
        Device(name, "north", capacity_pct=100.0, energy_w_per_pct=1.0, response_ms=10.0), **parts
    )


def _fail(problem: pulp.LpProblem, effort: Effort, start: Start) -> Answer:
    return Answer("nothing", reason="the solver failed: out of memory")


def _make_tasks(count: int, device_id: str | None) -> tuple[Task, ...]:
    return tuple(Task(f"t{n}", "north", load_pct=20.0, device_id=device_id) for n in range(count))


@settings(max_examples=80, deadline=None)
@given(problems())
def test_every_task_is_assigned_once_and_no_hard_rule_is_broken(problem: Problem) -> None:
    plan = solve(problem)
    devices = {device.device_id: device for device in problem.devices}
    unplaced = {broken.subject for broken in plan.violations if broken.kind == "unplaced"}
    assert sorted(plan.allocation) == sorted(task.task_id for task in problem.tasks)
    for task in problem.tasks:
        target = plan.allocation[task.task_id]
        assert (target is None) == (task.task_id in unplaced)
        if target is None or target == task.device_id or task.task_id in problem.pins:
            continue
        device = devices[target]
        assert device.site_id == task.site_id
        assert device.health >= problem.limits.min_health
        assert not device.drained
        assert task.capability is None or task.capability in device.capabilities
        assert (task.task_id, target) not in problem.forbidden
    for task_id, device_id in problem.pins.items():
        assert plan.allocation[task_id] == device_id


@settings(max_examples=80, deadline=None)
@given(problems())
def test_migrations_are_listed_and_limited(problem: Problem) -> None:
    plan = solve(problem)
    present = {task.task_id: task for task in problem.tasks}
    moved = {t for t, d in plan.allocation.items() if d is not None and d != present[t].device_id}
    assert {move.task_id for move in plan.migrations} == moved
    assert all(move.reason for move in plan.migrations)
    limit = problem.limits.max_migrations
    for site in problem.sites():
        counted = [
            move
            for move in plan.migrations
            if move.source is not None
            and move.task_id not in problem.pins
            and present[move.task_id].site_id == site
        ]
        assert limit is None or len(counted) <= limit


@settings(max_examples=80, deadline=None)
@given(problems())
def test_every_overload_is_reported(problem: Problem) -> None:
    plan = solve(problem)
    reported = {broken.subject for broken in plan.violations if broken.kind == "overload"}
    for device in problem.devices:
        good = device.health >= problem.limits.min_health and not device.drained
        usable = device.capacity_pct * device.health if good else 0.0
        load = sum(
            t.load_pct for t in problem.tasks if plan.allocation[t.task_id] == device.device_id
        )
        assert (device.device_id in reported) == (load > usable + 1e-6)


@settings(max_examples=80, deadline=None)
@given(problems())
def test_a_plan_is_no_worse_than_staying_and_no_better_than_its_bound(problem: Problem) -> None:
    plan = solve(problem)
    assert plan.bound - 1e-6 <= plan.objective <= plan.staying + 1e-6


@settings(max_examples=80, deadline=None)
@given(problems(most_moves=False))
def test_a_plan_carried_out_is_not_changed_again(problem: Problem) -> None:
    assert solve(carry_out(problem, solve(problem))).migrations == ()


@settings(max_examples=30, deadline=None)
@given(problems())
def test_equal_input_gives_an_equal_plan(problem: Problem) -> None:
    first, second = solve(problem), solve(problem)
    assert replace(first, wall_s=0.0) == replace(second, wall_s=0.0)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_solver_that_dies_leaves_a_plan(problem: Problem) -> None:
    plan = solve(problem, solver=_fail)
    assert plan.bound - 1e-6 <= plan.objective <= plan.staying + 1e-6
    assert set(plan.allocation) == {task.task_id for task in problem.tasks}


def test_a_solver_that_dies_is_named() -> None:
    devices = (_make_device("d1"), _make_device("d2", energy_w_per_pct=0.3), _make_device("d3"))
    problem = Problem(devices, _make_tasks(9, "d1"))
    # No plan is near enough for this gap, so the solver is asked.
    plan = solve(problem, SolveSettings(gap=0.0), solver=_fail)
    assert plan.note
    assert not [broken for broken in plan.violations if broken.kind == "overload"]


def test_no_time_leaves_a_plan() -> None:
    devices = (_make_device("d1"), _make_device("d2"), _make_device("d3"))
    plan = solve(Problem(devices, _make_tasks(9, "d1")), SolveSettings(time_limit_s=0.0))
    assert plan.objective < plan.staying


def test_cbc_finds_what_highs_finds() -> None:
    devices = (_make_device("d1"), _make_device("d2", energy_w_per_pct=0.5), _make_device("d3"))
    problem = Problem(devices, _make_tasks(9, "d1"))
    by_highs, by_cbc = (solve(problem, solver=way) for way in (solve_with_highs, solve_with_cbc))
    assert by_cbc.objective == pytest.approx(by_highs.objective, rel=0.01)
    assert choose_solver() is solve_with_highs


def test_only_a_failed_devices_tasks_move() -> None:
    devices = (_make_device("d1", health=0.0), _make_device("d2"), _make_device("d3"))
    staying = replace(_make_tasks(1, "d2")[0], task_id="other")
    plan = solve(Problem(devices, (*_make_tasks(3, "d1"), staying)))
    assert {move.source for move in plan.migrations} == {"d1"}
    assert {move.reason for move in plan.migrations} == {"d1 is not relied on (health 0.00)"}
    assert len(plan.migrations) == 3


def test_a_small_failed_devices_task_moves_though_the_rest_is_overloaded() -> None:
    devices = (_make_device("d1", health=0.0), _make_device("d2"), _make_device("d3"))
    huge = tuple(Task(f"h{n}", "north", load_pct=900.0, device_id=f"d{n}") for n in (2, 3))
    idle = Problem(
        (*devices, _make_device("d4")),
        (*huge, Task("small", "north", load_pct=2.0, device_id="d1")),
    )
    pinned = replace(idle, pins={"h2": "d2", "h3": "d3"})
    assert solve(pinned).allocation["small"] == "d4"


def test_all_devices_unhealthy_keeps_everything_and_says_so() -> None:
    plan = solve(Problem((_make_device("d1", health=0.1),), _make_tasks(2, "d1")))
    assert plan.migrations == ()
    assert [broken.kind for broken in plan.violations if broken.subject == "d1"] == ["overload"]


def test_a_task_larger_than_any_device_is_placed_and_reported() -> None:
    task = Task("big", "north", load_pct=500.0)
    plan = solve(Problem((_make_device("d1"), _make_device("d2")), (task,)))
    assert plan.allocation["big"] in {"d1", "d2"}
    assert "overload" in {broken.kind for broken in plan.violations}


def test_a_missing_capability_is_reported() -> None:
    task = Task("t", "north", load_pct=5.0, capability="vision")
    plan = solve(Problem((_make_device("d1"),), (task,)))
    assert plan.allocation == {"t": None}
    assert [broken.kind for broken in plan.violations] == ["unplaced"]


def test_a_drained_device_is_emptied_as_far_as_the_limit_allows() -> None:
    devices = (_make_device("d1", drained=True), _make_device("d2"))
    problem = Problem(devices, _make_tasks(3, "d1"), limits=Limits(max_migrations=2))
    plan = solve(problem)
    assert sorted(plan.allocation.values(), key=str) == ["d1", "d2", "d2"]
    assert {move.reason for move in plan.migrations} == {"d1 is being drained"}
