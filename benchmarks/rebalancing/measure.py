"""The figures of one fleet; each is taken in a process of its own, so that memory is its own."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.rebalancing.fleet import add_hopeless, build_fleet, carry_out, fail_device
from benchmarks.rebalancing.plain import Outcome, find_optimum, plan_greedily, solve_full_model
from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solver import solve_with_cbc, solve_with_highs
from tocsin.planning.search.search import measure_gap
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings

OPTIMUM_S = 60.0  # for the full model's optimum after an event


def measure_tocsin(
    tasks: int, devices: int, sites: int, limit_s: float, hopeless: int = 0
) -> dict[str, Any]:
    """Solve the fleet as the product does, with so many *hopeless* tasks beside the others."""
    problem = add_hopeless(build_fleet(tasks, devices, sites), hopeless)
    began = time.perf_counter()
    plan = solve(problem, SolveSettings(time_limit_s=limit_s))
    return {
        "tasks": tasks,
        "devices": devices,
        "sites": sites,
        "limit_s": limit_s,
        "hopeless": hopeless,
        "seconds": round(time.perf_counter() - began, 3),
        "status": plan.status,
        "gap": round(plan.gap, 5),
        "objective": round(plan.objective, 1),
        "bound": round(plan.bound, 1),
        "migrations": len(plan.migrations),
        "memory_mb": _measure_peak_mb(),
    }


def measure_plain_way(
    way: str, shape: tuple[int, int, int], limit_s: float, bound: float
) -> dict[str, Any]:
    """Solve the same fleet in a plain *way*; its gap is against *bound*, which all share."""
    problem = build_fleet(*shape)
    if way == "greedy":
        outcome = plan_greedily(problem)
    else:
        solver = {"plain_cbc": solve_with_cbc, "plain_highs": solve_with_highs}[way]
        outcome = solve_full_model(problem, solver, limit_s, bound / 0.995)
    return _describe(outcome, bound)


def measure_event(tasks: int, devices: int) -> dict[str, Any]:
    """The busiest device of a well planned fleet fails. A move is needless if its task stays where
    it is in the full model's optimum."""
    before = build_fleet(tasks, devices, 1)
    planned = carry_out(before, solve(before))
    homes = [task.device_id for task in planned.tasks]
    lost = max(sorted({home for home in homes if home}), key=homes.count)
    problem = fail_device(planned, lost)
    began = time.perf_counter()
    plan = solve(problem)
    seconds = time.perf_counter() - began
    best = find_optimum(problem, plan, OPTIMUM_S)
    moved = {move.task_id for move in plan.migrations}
    return {
        "tasks": tasks,
        "devices": devices,
        "seconds": round(seconds, 3),
        "status": plan.status,
        "gap": round(plan.gap, 5),
        "on_failed_device": homes.count(lost),
        "moves": len(plan.migrations),
        "needless_moves": len(moved - best.moved),
        "objective": round(plan.objective, 1),
        "optimum": {**_describe(best, plan.bound), "moves": len(best.moved), "bound": best.bound},
    }


def measure_clones(tasks: int, devices: int, kinds: int) -> dict[str, Any]:
    """A fleet whose tasks are of a few *kinds*, and the size of its full model with and without
    variables of their own for equal tasks."""
    problem = build_fleet(tasks, devices, 1, kinds=kinds)
    began = time.perf_counter()
    plan = solve(problem)
    seconds = time.perf_counter() - began
    site = build_site(problem, "s0")
    apart = replace(site, kind=np.arange(tasks))
    return {
        "tasks": tasks,
        "devices": devices,
        "kinds": kinds,
        "seconds": round(seconds, 3),
        "gap": round(plan.gap, 5),
        "variables": _count_variables(site),
        "variables_without_kinds": _count_variables(apart),
    }


def _count_variables(site: Site) -> int:
    """Of the full model, as a solver gets it."""
    return int(formulate(site, np.isfinite(site.cost), integer=True).problem.numVariables())


def _describe(outcome: Outcome, bound: float) -> dict[str, Any]:
    objective = outcome.objective
    return {
        "seconds": round(outcome.seconds, 3),
        "objective": None if objective is None else round(objective, 1),
        "gap": None if objective is None else round(measure_gap(objective, bound), 5),
        "memory_mb": _measure_peak_mb(),
    }


def _measure_peak_mb() -> float:
    """This process's most so far; macOS counts it in bytes, Linux in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
