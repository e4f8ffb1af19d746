"""The best plan for one site, and how good it is proven to be.

It widens what may move only as far as the proof asks for: nothing; then the tasks that cannot stay
well where they are; then all, first by prices alone, then with the relaxation's help, at last in
whole-number models of a few devices or of the pairs whose reduced cost leaves them a chance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.relax import FIRST, relaxed
from tocsin.planning.models.solver import Solver
from tocsin.planning.moves import greedy
from tocsin.planning.moves.exchange import exchanged
from tocsin.planning.moves.filling import filled
from tocsin.planning.moves.worth import worth
from tocsin.planning.proof.ascent import ascended
from tocsin.planning.proof.bound import Bound, marginal
from tocsin.planning.search.search import Found, Search
from tocsin.planning.search.whole_number import closed, dealt_anew


def solve_site(search: Search) -> Found:
    """Search until the plan is proven near, the time is up or nothing is left to try."""
    site = search.site
    stay = greedy.staying(site)
    if not len(stay):
        return Found(stay, 0.0, 0.0)
    found = _searched(search, stay)
    if worth(site, stay, found.plan, search.gap):
        return found
    return replace(found, plan=stay, objective=site.objective(stay))


def _searched(search: Search, stay: Ints) -> Found:
    found = _settled(search, stay)
    if search.near(found):
        return found
    enough_w = found.objective - search.slack_w(found)
    bound = ascended(search.site, found.objective, enough_w, search.half_left_s())
    found = found.raised(bound.value)
    if search.near(found) or search.left_s() <= 0:
        return found
    if search.solver is None:
        return _exchanged(search, _improved(search, found, filled(search.site, bound)))
    return _relaxed(search, search.solver, found, bound)


def _settled(search: Search, stay: Ints) -> Found:
    """Staying, with only those moved that are not well where they are."""
    site = search.site
    found = Found(stay, site.objective(stay), marginal(site, stay).value)
    free = greedy.affected(site, stay) | (site.present != stay)
    if not free.any():
        return found
    plan = greedy.improved(site, stay, np.flatnonzero(free), search.left_s)
    return search.better(found.raised(marginal(site, plan).value), plan)


def _relaxed(search: Search, solver: Solver, found: Found, guess: Bound) -> Found:
    """The better of two plans, from *guess*'s prices and from the relaxation; closed if need be."""
    site = search.site
    start = _improved(search, found, filled(site, guess))
    if not search.affords((FIRST + 2) * len(start.plan)):
        return _exchanged(search, start)
    result = relaxed(site, guess, (found.plan, start.plan), solver, search.effort)
    if result is None:
        reason = "the solver found no relaxation" if search.left_s() > 0 else ""
        return replace(_exchanged(search, start), reason=reason)
    found = found.raised(result.bound.value)
    if search.near(found):
        return found
    start = start.raised(result.bound.value)
    rounded = greedy.within_limit(site, result.rounded, result.bound.reduced)
    found = _exchanged(search, _improved(search, start, rounded))
    found = dealt_anew(search, solver, found, result.bound)
    return closed(search, solver, found, result.bound)


def _improved(search: Search, found: Found, plan: Ints) -> Found:
    """*found*, or *plan* after single moves if that is better."""
    everyone = np.arange(len(plan))
    return search.better(found, greedy.improved(search.site, plan, everyone, search.left_s))


def _exchanged(search: Search, found: Found) -> Found:
    """*found* after exchanges, as far as it takes to be near."""
    if search.near(found):
        return found
    enough_w = found.bound + search.slack_w(found)
    return search.better(found, exchanged(search.site, found.plan, enough_w, search.left_s))
