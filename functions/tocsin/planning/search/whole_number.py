"""Whole-number models, where prices and exchanges do not get a plan as near as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.types import Bools
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.relax import select_cheapest
from tocsin.planning.models.solution import build_start, read_allocation
from tocsin.planning.models.solver import ANY_NODES, Solver
from tocsin.planning.proof.bound import Bound
from tocsin.planning.search.groups import draw_groups, select_pairs
from tocsin.planning.search.search import BestPlan, Search

COLUMNS = (3, 8, 24)  # a task, in each model of the whole site before the last
EXTRA_GROUPS = 20  # tried though the gap asked for is proven
GROUP_NODES = 50  # of the search in the model of a group of devices: what is found, is found early
TARGET_SHARE = 0.95  # of the slack: a solver's plan this near is near enough, rounding included


def redistribute_groups(search: Search, solver: Solver, best: BestPlan, bound: Bound) -> BestPlan:
    """*best* after a small whole-number model of one group of devices after the other.

    Until it is near or no group gains; not many once the gap asked for is proven.
    """
    tried, gained = 0, 0
    while not search.is_near(best):
        before = best.objective
        # A gain changes what each device costs above the bound, so the draw begins anew.
        for group in draw_groups(search.site, best.plan, bound, gained):
            if search.left_s() <= 0 or (tried >= EXTRA_GROUPS and search.is_proven(best)):
                return best
            pairs = select_pairs(search.site, best.plan, group)
            best, _ = _solve_over(search, solver, best, pairs, GROUP_NODES)
            tried += 1
            if best.objective < before:
                break
        if best.objective >= before:
            break
        gained += 1
    return best


def close_gap(search: Search, solver: Solver, best: BestPlan, bound: Bound) -> BestPlan:
    """Solve models of the whole site, of more and more columns, until the gap asked for is proven.

    A pair whose reduced cost exceeds objective less bound is in no better plan. Once a model holds
    all others, what the solver proves for it is proven for the full model.
    """
    for count in (*COLUMNS, search.site.cost.shape[1]):
        if search.is_proven(best) or search.left_s() <= 0:
            break
        useful = bound.reduced <= best.objective - bound.value
        columns = useful & select_cheapest(bound.reduced, count)
        if not search.affords(int(columns.sum())):
            break
        complete = bool((columns == useful).all())
        # The plan at hand must be in the model, as its first solution.
        columns[np.arange(len(best.plan)), best.plan] = True
        best, proven = _solve_over(search, solver, best, columns)
        if complete:
            # The pairs left out may hold plans as dear as the best one, but none cheaper: the proof
            # reaches no higher than the best plan's own objective.
            return best.raise_bound(-np.inf if proven is None else min(proven, best.objective))
    return best


def _solve_over(
    search: Search, solver: Solver, best: BestPlan, pairs: Bools, nodes: int = ANY_NODES
) -> tuple[BestPlan, float | None]:
    """The best plan over *pairs* ``[t, d]``, among them *best*'s own, and what the solver proves
    for any plan over them (watts, None for nothing)."""
    site = search.site
    model = formulate(site, pairs, integer=True)
    if not model.place:  # no task has a choice
        return best, best.objective
    target = best.bound + TARGET_SHARE * search.slack_w(best) - model.constant
    start = build_start(model, site, best.plan)
    answer = solver(model.problem, search.allow_effort(target, nodes), start)
    if answer.outcome == "nothing":
        return replace(best, reason=answer.reason), None
    proven = None if answer.bound is None else answer.bound + model.constant
    return search.prefer(best, read_allocation(model, site)), proven
