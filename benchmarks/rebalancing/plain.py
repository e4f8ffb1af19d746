"""The ways without reduction: the full model in one go, and greedy alone. For comparison."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solution import build_start, read_allocation
from tocsin.planning.models.solver import Effort, Solver, solve_with_highs
from tocsin.planning.moves.greedy import improve_by_moves, stay_in_place
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """``objective`` in watts, None where a site got no solution in time; ``moved``: task ids.
    ``bound``: what the solver itself proved, None if it did not."""

    seconds: float
    objective: float | None
    moved: frozenset[str]
    bound: float | None = None


def solve_full_model(
    problem: Problem, solver: Solver, limit_s: float, wanted: float, *, threads: int = 2
) -> Outcome:
    """Every pair of task and device as a variable, each site for an equal share of *limit_s*.

    Stops at *wanted* watts, and at the first site without a solution. Building comes on top of the
    limit, and is in the seconds.
    """
    began, total, moved = time.perf_counter(), 0.0, set[str]()
    sites = list(_build_each(problem))
    for site in sites:
        model = formulate(site, np.isfinite(site.cost), integer=True)
        target = wanted - model.constant if len(sites) == 1 else -np.inf
        answer = solver(model.problem, Effort(limit_s / len(sites), target, threads), {})
        if answer.outcome == "nothing":
            return Outcome(time.perf_counter() - began, None, frozenset())
        plan = read_allocation(model, site)
        total += site.objective(plan)
        moved |= _list_moved(site, plan)
    return Outcome(time.perf_counter() - began, total, frozenset(moved))


def find_optimum(problem: Problem, plan: Plan, limit_s: float) -> Outcome:
    """The best plan of a fleet with one site, by the full model, begun from *plan*."""
    began = time.perf_counter()
    (site,) = _build_each(problem)
    model = formulate(site, np.isfinite(site.cost), integer=True)
    index_of = {device.device_id: index for index, device in enumerate(site.devices)}
    known = np.array([index_of[plan.allocation[task.task_id] or ""] for task in site.tasks])
    answer = solve_with_highs(
        model.problem, Effort(limit_s, -np.inf), build_start(model, site, known)
    )
    best = read_allocation(model, site)
    bound = None if answer.bound is None else answer.bound + model.constant
    seconds = time.perf_counter() - began
    return Outcome(seconds, site.objective(best), frozenset(_list_moved(site, best)), bound)


def plan_greedily(problem: Problem) -> Outcome:
    """Tasks moved one after the other for as long as it pays."""
    began, total, moved = time.perf_counter(), 0.0, set[str]()
    for site in _build_each(problem):
        plan = improve_by_moves(site, stay_in_place(site), np.arange(len(site.load)))
        total += site.objective(plan)
        moved |= _list_moved(site, plan)
    return Outcome(time.perf_counter() - began, total, frozenset(moved))


def _build_each(problem: Problem) -> Iterator[Site]:
    return (build_site(problem, name) for name in problem.sites())


def _list_moved(site: Site, plan: Ints) -> set[str]:
    return {site.tasks[index].task_id for index in np.flatnonzero(plan != site.present).tolist()}
