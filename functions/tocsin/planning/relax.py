"""The full relaxation's bound from small models: few columns a task, more where they pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.bound import Bound, Duals, lagrangian
from tocsin.planning.formulation import duals_of, formulate, shares_of
from tocsin.planning.load_price import Floats
from tocsin.planning.site import Bools, Ints, Site
from tocsin.planning.solver import Effort, Solver

FIRST = 8  # candidates a task, beside where it is
MORE = 4  # at most so many come in a task and round
MOST_ROUNDS = 12
CLOSE = 5e-4  # of the bound: nearer to the full relaxation changes no plan


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The best bound found, and how the last relaxation shares tasks out, ``[t, d]``."""

    bound: Bound
    shares: Floats


def relaxed(
    site: Site, guess: Bound, plan: Ints, solver: Solver, effort: Effort, *, first: int = FIRST
) -> Relaxed | None:
    """Solve *site*'s relaxation over the *first* cheapest pairs of each task in *guess*, price all
    others with the duals and let in those that would pay, until the bound is CLOSE.

    None if the solver fails.
    """
    columns = cheapest(guess.reduced, first)
    columns[np.arange(len(plan)), plan] = True
    best, shares = guess, None
    for _ in range(MOST_ROUNDS):
        model = formulate(site, columns, whole=False)
        if model.place and solver(model.problem, effort, {}).outcome != "optimal":
            break
        bound = lagrangian(site, duals_of(model, site))
        shares = shares_of(model, columns.shape)
        best = max(best, bound, key=lambda one: one.value)
        reached = (model.problem.objective.value() or 0.0) + model.constant
        if reached - best.value <= CLOSE * abs(best.value):
            break
        columns |= paying(bound, columns)
    return None if shares is None else Relaxed(best, shares)


def cheapest(reduced: Floats, count: int) -> Bools:
    """``[t, d]``: each task's *count* cheapest pairs, of those that may be."""
    columns = np.zeros(reduced.shape, dtype=bool)
    chosen = np.argsort(reduced, axis=1, kind="stable")[:, :count]
    np.put_along_axis(columns, chosen, values=True, axis=1)
    return columns & np.isfinite(reduced)


def paying(bound: Bound, columns: Bools) -> Bools:
    """The pairs left out that are cheaper than all of their task's *columns*, a few a task."""
    inside = np.where(columns, bound.reduced, np.inf).min(axis=1)
    outside = np.where(columns, np.inf, bound.reduced)
    return np.asarray(cheapest(outside, MORE) & (outside < inside[:, None] - 1e-9))


def marginal(site: Site, plan: Ints) -> Bound:
    """The bound that *plan*'s own marginal prices prove: no solver needed, and often near."""
    return lagrangian(site, Duals(site.price.marginal(site.loads(plan))))
