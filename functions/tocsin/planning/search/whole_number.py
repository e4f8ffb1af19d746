"""Whole-number models, where prices and exchanges do not get a plan as near as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.types import Bools
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.relax import cheapest
from tocsin.planning.models.solution import allocation_of, start_of
from tocsin.planning.models.solver import ANY_NODES, Solver
from tocsin.planning.proof.bound import Bound
from tocsin.planning.search.groups import groups, pairs_within
from tocsin.planning.search.search import Found, Search

COLUMNS = (3, 8, 24)  # a task, in each model of the whole site before the last
EXTRA_GROUPS = 20  # tried though the gap asked for is proven
GROUP_NODES = 50  # of the search in the model of a group of devices: what is found, is found early


def dealt_anew(search: Search, solver: Solver, found: Found, bound: Bound) -> Found:
    """*found* after a small whole-number model of one group of devices after the other, until it
    is near or no group gains; not many once the gap asked for is proven."""
    tried, gained = 0, 0
    while not search.near(found):
        before = found.objective
        for group in groups(search.site, found.plan, bound, gained):
            if search.left_s() <= 0 or (tried >= EXTRA_GROUPS and search.proven(found)):
                return found
            pairs = pairs_within(search.site, found.plan, group)
            found, _ = _whole(search, solver, found, pairs, GROUP_NODES)
            tried += 1
            if found.objective < before:
                break
        if found.objective >= before:
            break
        gained += 1
    return found


def closed(search: Search, solver: Solver, found: Found, bound: Bound) -> Found:
    """Solve models of the whole site, of more and more columns, until the gap asked for is proven.

    A pair whose reduced cost exceeds objective less bound is in no better plan. Once a model holds
    all others, what the solver proves for it is proven for the full model.
    """
    for count in (*COLUMNS, search.site.cost.shape[1]):
        if search.proven(found) or search.left_s() <= 0:
            break
        useful = bound.reduced <= found.objective - bound.value
        columns = useful & cheapest(bound.reduced, count)
        if not search.affords(int(columns.sum())):
            break
        complete = bool((columns == useful).all())
        columns[np.arange(len(found.plan)), found.plan] = True
        found, proven = _whole(search, solver, found, columns)
        if complete:
            best = -np.inf if proven is None else min(proven, found.objective)
            return found.raised(best)
    return found


def _whole(
    search: Search, solver: Solver, found: Found, pairs: Bools, nodes: int = ANY_NODES
) -> tuple[Found, float | None]:
    """The best over *pairs*, among them *found*'s, and the solver's own bound on that (watts)."""
    site = search.site
    model = formulate(site, pairs, integer=True)
    if not model.place:
        return found, found.objective
    target = found.bound + 0.95 * search.slack_w(found) - model.constant
    start = start_of(model, site, found.plan)
    answer = solver(model.problem, search.effort(target, nodes), start)
    if answer.outcome == "nothing":
        return replace(found, reason=answer.reason), None
    proven = None if answer.bound is None else answer.bound + model.constant
    return search.better(found, allocation_of(model, site)), proven
