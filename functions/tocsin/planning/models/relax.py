"""The full relaxation's bound from small models: few columns a task, more where they pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solution import allocation_of, duals_of
from tocsin.planning.models.solver import Effort, Solver
from tocsin.planning.proof.bound import Bound, lagrangian

FIRST = 3  # candidates a task, beside those of the plans: the first duals are good
MORE = 4  # at most so many come in a task and round
MOST_ROUNDS = 12
CLOSE = 1e-3  # of the bound: nearer to the full relaxation changes no plan


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The best bound found, and the last relaxation rounded to an allocation ``[t]``."""

    bound: Bound
    rounded: Ints


def relaxed(
    site: Site,
    guess: Bound,
    plans: Sequence[Ints],
    solver: Solver,
    effort: Callable[[], Effort],
    *,
    first: int = FIRST,
) -> Relaxed | None:
    """Solve *site*'s relaxation over the *first* cheapest pairs of each task in *guess* and those
    of *plans*, one of which keeps to the limit on migrations; price all others with the duals and
    let in those that would pay, until the bound is CLOSE. *effort* is asked for when a model is
    built. None if the solver fails.
    """
    columns = cheapest(guess.reduced, first)
    for plan in plans:
        columns[np.arange(len(plan)), plan] = True
    best, last = guess, None
    for _ in range(MOST_ROUNDS):
        model = formulate(site, columns, integer=False)
        if model.place and solver(model.problem, effort(), {}).outcome != "optimal":
            break
        bound = lagrangian(site, duals_of(model, site))
        best, last = max(best, bound, key=lambda one: one.value), model
        reached = (model.problem.objective.value() or 0.0) + model.constant
        if reached - best.value <= CLOSE * abs(best.value):
            break
        columns |= paying(bound, columns)
    return None if last is None else Relaxed(best, allocation_of(last, site))


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
