"""One process, many runs: equal plans from two threads and on a slow machine, in time, silently."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from benchmarks.rebalancing.fleet import build_fleet
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings


def _crowd_fleet(seed: int) -> Problem:
    """A fleet so full that prices alone prove no plan."""
    roomy = build_fleet(60, 10, 1, seed)
    tasks = (replace(task, load_pct=1.7 * task.load_pct) for task in roomy.tasks)
    return replace(roomy, tasks=tuple(tasks))


def _drop_time(plan: Plan) -> Plan:
    return replace(plan, wall_s=0.0)


def test_two_threads_find_what_one_after_the_other_does() -> None:
    problems = [build_fleet(150, 20, 1), _crowd_fleet(1), build_fleet(60, 10, 2), _crowd_fleet(0)]
    alone = [_drop_time(solve(problem)) for problem in problems]
    with ThreadPoolExecutor(2) as threads:
        together = [_drop_time(plan) for plan in threads.map(solve, problems)]
    assert together == alone


def test_no_plan_depends_on_how_long_it_takes() -> None:
    ticks = itertools.count()
    patient = SolveSettings(time_limit_s=1e6)
    for problem in (build_fleet(150, 20, 1), _crowd_fleet(1)):
        slow = solve(problem, patient, clock=lambda: float(next(ticks)))
        assert replace(slow, wall_s=0.0) == _drop_time(solve(problem, patient))


@pytest.mark.parametrize("time_limit_s", [1, 30, 100, 300, 1_000])
def test_a_search_that_is_cut_ends_soon_with_a_plan(time_limit_s: int) -> None:
    """In ticks of a clock that ticks whenever it is read."""
    ticks = itertools.count()
    problem = _crowd_fleet(1)
    plan = solve(
        problem, SolveSettings(time_limit_s=time_limit_s), clock=lambda: float(next(ticks))
    )
    assert plan.wall_s <= time_limit_s + 20
    assert plan.bound - 1e-6 <= plan.objective <= plan.staying + 1e-6
    assert set(plan.allocation) == {task.task_id for task in problem.tasks}


def test_standard_output_belongs_to_others(capfd: pytest.CaptureFixture[str]) -> None:
    solve(_crowd_fleet(1))
    assert capfd.readouterr() == ("", "")
