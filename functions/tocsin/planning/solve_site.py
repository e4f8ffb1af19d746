"""The best plan for one site, and how good it is proven to be.

It widens what may move only as far as the proof asks for: nothing; then the tasks that cannot stay
well where they are; then all, first by rounding the relaxation, then as a whole-number model over
the pairs whose reduced cost leaves them a chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.planning import exchange, greedy
from tocsin.planning.bound import Bound
from tocsin.planning.formulation import formulate, shares_of
from tocsin.planning.relax import cheapest, marginal, relaxed
from tocsin.planning.site import Bools, Ints, Site
from tocsin.planning.solver import Effort, Solver

AIM = 0.6  # of the gap asked for: below what a new plan must gain, or all stay (see `worth`)
EXTRA_S = 0.3  # for each model that tries to get from the gap asked for to the aim
COLUMNS = (3, 8, 24)  # a task, in each whole-number model before the last


@dataclass(frozen=True, slots=True)
class Found:
    """A plan ``[t]`` of ``objective`` watts and the proven bound; ``reason``: what a solver failed
    at, empty if it did not."""

    plan: Ints
    objective: float
    bound: float
    reason: str = ""

    @property
    def gap(self) -> float:
        return gap(self.objective, self.bound)


@dataclass(frozen=True, slots=True)
class Search:
    """One site, the gap asked for (share), a solver if there is one, and the seconds left."""

    site: Site
    gap: float
    solver: Solver | None
    left_s: Callable[[], float]
    threads: int = 1

    def effort(self, target: float = -np.inf, most_s: float = np.inf) -> Effort:
        return Effort(min(self.left_s(), most_s), target, self.threads)


def gap(objective: float, bound: float) -> float:
    """How far *objective* may be above the best, as a share of it; both in watts."""
    return max(objective - bound, 0.0) / max(abs(objective), 1e-9)


def solve_site(search: Search) -> Found:
    """Search until the aim is proven, the time is up or nothing is left to try."""
    site = search.site
    stay = greedy.staying(site)
    if not len(stay):
        return Found(stay, 0.0, 0.0)
    found = _settled(site, stay)
    if found.gap > AIM * search.gap and search.solver is not None:
        found = _searched(search, found)
    if worth(site, stay, found, search.gap):
        return found
    return replace(found, plan=stay, objective=site.objective(stay))


def worth(site: Site, stay: Ints, found: Found, gap: float) -> bool:
    """Whether *found* gains enough for anything to move: no fleet should move for nothing.

    The objective must fall by more than the gap, or overload by a twentieth, or the load that is
    stranded at all. A plan is proven nearer to the best than the gap, so what the next run could
    still find is too little to move for, and a fleet in which nothing changed stays as it is.
    """
    gain = site.objective(stay) - found.objective
    if gain <= greedy.ENOUGH_W:
        return False
    return (
        gain > gap * site.objective(stay)
        or overload(site, found.plan) < 0.95 * overload(site, stay)
        or stranded(site, found.plan) < stranded(site, stay) - greedy.ENOUGH_W
    )


def overload(site: Site, plan: Ints) -> float:
    """Percent of load above what its device can carry."""
    return float(np.maximum(site.loads(plan) - site.usable, 0.0).sum())


def stranded(site: Site, plan: Ints) -> float:
    """Percent of load on devices that have failed or are drained, or where it must not be."""
    lost = (site.usable[plan] <= 0) | site.misplaced[np.arange(len(plan)), plan]
    return float(site.load[lost].sum())


def _settled(site: Site, stay: Ints) -> Found:
    """Staying, with only those moved that are not well where they are."""
    found = _found(site, stay, marginal(site, stay).value)
    free = greedy.affected(site, stay) | (site.present != stay)
    if not free.any():
        return found
    plan = greedy.improved(site, stay, np.flatnonzero(free))
    return _better(site, replace(found, bound=max(found.bound, marginal(site, plan).value)), plan)


def _searched(search: Search, found: Found) -> Found:
    site = search.site
    assert search.solver is not None
    guess = marginal(site, found.plan)
    result = relaxed(site, guess, found.plan, search.solver, search.effort())
    if result is None:
        plan = greedy.improved(site, found.plan, np.arange(len(found.plan)))
        return replace(_better(site, found, plan), reason="the solver found no relaxation")
    found = replace(found, bound=max(found.bound, result.bound.value))
    if found.gap <= AIM * search.gap:
        return found
    plan = greedy.rounded(site, result.shares)
    found = _better(site, found, greedy.improved(site, plan, np.arange(len(plan))))
    if found.gap > AIM * search.gap:
        found = _better(site, found, exchange.exchanged(site, found.plan))
    return _closed(search, found, result.bound)


def _closed(search: Search, found: Found, bound: Bound) -> Found:
    """Solve models of more and more columns until the aim is proven.

    A pair whose reduced cost exceeds objective less bound is in no better plan. Once a model holds
    all others, what the solver proves for it is proven for the full model.
    """
    for count in (*COLUMNS, search.site.cost.shape[1]):
        if found.gap <= AIM * search.gap or search.left_s() <= 0:
            break
        useful = bound.reduced <= found.objective - bound.value
        columns = useful & cheapest(bound.reduced, count)
        complete = bool((columns == useful).all())
        found, proven = _whole(search, found, columns)
        if complete:
            best = -np.inf if proven is None else min(proven, found.objective)
            return replace(found, bound=max(found.bound, best))
    return found


def _whole(search: Search, found: Found, columns: Bools) -> tuple[Found, float | None]:
    """The best over *columns* and the plan so far, and the solver's own bound on that (watts)."""
    site = search.site
    assert search.solver is not None
    columns = columns.copy()
    columns[np.arange(len(found.plan)), found.plan] = True
    model = formulate(site, columns, whole=True)
    if not model.place:
        return found, found.objective
    wanted, most_s = (search.gap, np.inf) if found.gap > search.gap else (AIM * search.gap, EXTRA_S)
    target = found.bound / (1.0 - 0.95 * wanted) - model.constant
    start = {f"place_{t}_{d}": 1.0 for t, d in enumerate(found.plan.tolist())}
    answer = search.solver(model.problem, search.effort(target, most_s), start)
    if answer.outcome == "nothing":
        return replace(found, reason=answer.reason), None
    plan = shares_of(model, columns.shape).argmax(axis=1)
    proven = None if answer.bound is None else answer.bound + model.constant
    return _better(site, found, plan), proven


def _better(site: Site, found: Found, plan: Ints) -> Found:
    """*plan* if it keeps to the limit and costs less than what was *found*."""
    objective = site.objective(plan)
    if site.moves(plan) > site.most_moves or objective >= found.objective - greedy.ENOUGH_W:
        return found
    return replace(found, plan=plan, objective=objective)


def _found(site: Site, plan: Ints, bound: float) -> Found:
    return Found(plan, site.objective(plan), bound)
