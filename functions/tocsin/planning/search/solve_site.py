"""The best plan for one site, and how good it is proven to be.

It widens what may move only as far as the proof asks for: nothing; then the tasks that cannot stay
well where they are; then all, first by prices alone, then with the relaxation's help, at last in
whole-number models of a few devices or of the pairs whose reduced cost leaves them a chance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.relax import FIRST, solve_relaxation
from tocsin.planning.models.solver import Solver
from tocsin.planning.moves.exchange import improve_by_exchanges
from tocsin.planning.moves.filling import plan_from_prices
from tocsin.planning.moves.greedy import (
    find_misfits,
    improve_by_moves,
    stay_in_place,
    undo_excess_moves,
)
from tocsin.planning.moves.worth import pays_off
from tocsin.planning.proof.ascent import climb_to_bound
from tocsin.planning.proof.bound import Bound, prove_bound_by_plan
from tocsin.planning.search.search import BestPlan, Search
from tocsin.planning.search.whole_number import close_gap, redistribute_groups

WORTH = 0.05  # of the slack: single moves that gain less are left to the exchanges


def solve_site(search: Search) -> BestPlan:
    """Search until the plan is proven near, the time is up or nothing is left to try."""
    site = search.site
    stay = stay_in_place(site)
    if not len(stay):
        return BestPlan(stay, 0.0, 0.0)
    best = _widen(search, stay)
    if pays_off(site, stay, best.plan, search.gap):
        return best
    return replace(best, plan=stay, objective=site.objective(stay))


def _widen(search: Search, stay: Ints) -> BestPlan:
    """From staying to prices, and on to models where there is a solver."""
    best = _move_misfits(search, stay)
    if search.is_near(best):
        return best
    enough_w = best.objective - search.slack_w(best)
    # Prices may take half of the time: what finds plans with them needs the rest.
    bound = climb_to_bound(search.site, best.objective, enough_w, search.halve_left_s())
    best = best.raise_bound(bound.value)
    if search.is_near(best) or search.left_s() <= 0:
        return best
    priced = _try_moves(search, best, plan_from_prices(search.site, bound))
    priced = _try_exchanges(search, priced, bound)
    if search.solver is None or search.is_near(priced):
        return priced
    return _use_models(search, search.solver, best, priced, bound)


def _move_misfits(search: Search, stay: Ints) -> BestPlan:
    """Staying, with only those moved that are not well where they are."""
    site = search.site
    best = BestPlan(stay, site.objective(stay), prove_bound_by_plan(site, stay).value)
    free = find_misfits(site, stay) | (site.present != stay)
    if not free.any():
        return best
    plan = improve_by_moves(site, stay, np.flatnonzero(free), search.left_s)
    # The bound is raised even where the plan is not taken: it holds for every plan.
    return search.prefer(best.raise_bound(prove_bound_by_plan(site, plan).value), plan)


def _use_models(
    search: Search, solver: Solver, best: BestPlan, priced: BestPlan, guess: Bound
) -> BestPlan:
    """The better of *priced* and the relaxation's plan; with whole numbers if need be.

    *best*: what was found before any prices. *guess*: the prices that *priced* was made from.
    """
    site = search.site
    if not search.affords((FIRST + 2) * len(priced.plan)):
        return priced
    plans = (best.plan, priced.plan)
    relaxation = solve_relaxation(site, guess, plans, solver, search.allow_effort)
    if relaxation is None:
        reason = "the solver found no relaxation" if search.left_s() > 0 else ""
        return replace(priced, reason=reason)
    bound = relaxation.bound
    # What moves least comes first: the plan before any prices may be near by the new bound.
    best = best.raise_bound(bound.value)
    if search.is_near(best):
        return best
    rounded = undo_excess_moves(site, relaxation.rounded, bound.reduced)
    best = _try_moves(search, priced.raise_bound(bound.value), rounded)
    best = _try_exchanges(search, best, bound)
    best = redistribute_groups(search, solver, best, bound)
    return close_gap(search, solver, best, bound)


def _try_moves(search: Search, best: BestPlan, plan: Ints) -> BestPlan:
    """*best*, or *plan* ``[t]`` after single moves if that is better."""
    everyone, worth_w = np.arange(len(plan)), WORTH * search.slack_w(best)
    plan = improve_by_moves(search.site, plan, everyone, search.left_s, worth_w)
    return search.prefer(best, plan)


def _try_exchanges(search: Search, best: BestPlan, bound: Bound) -> BestPlan:
    """*best* after exchanges at *bound*'s duals, as far as it takes to be near."""
    if search.is_near(best):
        return best
    enough_w = best.bound + search.slack_w(best)
    plan = improve_by_exchanges(search.site, best.plan, bound, enough_w, search.left_s)
    return search.prefer(best, plan)
