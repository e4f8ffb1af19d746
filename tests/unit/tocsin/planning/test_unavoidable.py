"""Penalties that no plan avoids do not hide those that one could avoid."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tocsin.planning.fleets import problems
from tocsin.planning.arrays.site import build_site
from tocsin.planning.moves.greedy import stay_in_place
from tocsin.planning.problem import Device, Problem, Task
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings

QUICK = SolveSettings(time_limit_s=3.0)


def cell(name: str, watts: float) -> Device:
    return Device(name, "s", 100.0, watts, 22.0)


def hopeless(count: int) -> tuple[Task, ...]:
    """Tasks that run where they must not, and can go nowhere: 5 000 W each."""
    return tuple(
        Task(f"hopeless-{index}", "s", 1.0, capability="nobody's", device_id="dear")
        for index in range(count)
    )


def test_what_cannot_be_helped_hides_nothing() -> None:
    devices = (cell("dear", 12.0), cell("cheap", 10.0))
    late = tuple(
        Task(f"t{index}", "s", 5.0, 120.0, device_id="dear", priority=5.0) for index in range(15)
    )
    alone = Problem(devices, late)
    beside = Problem(devices, (*late, *hopeless(30)))
    assert solve(alone).migrations
    plan = solve(beside)
    assert plan.migrations, "150 000 W of penalties make no gain too small"
    constant = build_site(beside, "s").constant_w
    assert constant >= 150_000.0
    assert plan.objective - plan.bound <= 0.011 * (plan.objective - constant)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 3))
def test_no_plan_is_below_what_is_called_unavoidable(problem: Problem, more: int) -> None:
    home = problem.devices[0]
    extra = tuple(
        Task(f"no-{index}", home.site_id, 5.0, 1.0, capability="x", device_id=home.device_id)
        for index in range(more)
    )
    harder = replace(problem, tasks=(*problem.tasks, *extra))
    plan = solve(harder, QUICK)
    sites = [build_site(harder, site_id) for site_id in harder.sites()]
    assert (
        sum(site.constant_w for site in sites) <= plan.objective + 1e-9 * abs(plan.objective) + 1e-6
    )
    for site in sites:
        if len(site.load):
            assert site.constant_w <= site.objective(stay_in_place(site)) + 1e-6
