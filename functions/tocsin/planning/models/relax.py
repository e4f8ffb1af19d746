"""The full relaxation's bound from small models: few columns a task, more where they pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solution import read_allocation, read_duals
from tocsin.planning.models.solver import Effort, Solver
from tocsin.planning.proof.bound import Bound, prove_bound

FIRST = 3  # candidates a task, beside those of the plans: the first duals are good
MORE = 4  # at most so many come in a task and round
MOST_ROUNDS = 12
CLOSE = 1e-3  # of the bound: nearer to the full relaxation changes no plan
LEAST_GAIN_W = 1e-9  # a pair that is cheaper by less is cheaper by rounding


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The best bound found, and the last relaxation rounded to an allocation ``[t]``."""

    bound: Bound
    rounded: Ints


def solve_relaxation(
    site: Site,
    guess: Bound,
    plans: Sequence[Ints],
    solver: Solver,
    allow_effort: Callable[[], Effort],
    *,
    first: int = FIRST,
) -> Relaxation | None:
    """*site*'s relaxation over ever more pairs, until the bound is CLOSE; None if *solver* fails.

    It begins with the *first* cheapest pairs of each task in *guess* and those of *plans*, of
    ``[t]`` each, one of which keeps to the limit on migrations. The duals price all other pairs,
    and those that would pay come in. *allow_effort* is asked for when a model is built.
    """
    columns = select_cheapest(guess.reduced, first)
    for plan in plans:
        columns[np.arange(len(plan)), plan] = True
    best, last = guess, None
    for _ in range(MOST_ROUNDS):
        model = formulate(site, columns, integer=False)
        # A model without a decision has nothing to solve.
        if model.place and solver(model.problem, allow_effort(), {}).outcome != "optimal":
            break
        bound = prove_bound(site, read_duals(model, site))
        # Duals swing from round to round, and the bound with them: the best one is kept.
        best, last = bound if bound.value > best.value else best, model
        # The small model's optimum is at least the full relaxation's, the bound at most: once they
        # meet, no pair that was left out can matter.
        reached = (model.problem.objective.value() or 0.0) + model.constant
        if reached - best.value <= CLOSE * abs(best.value):
            break
        columns |= select_paying(bound, columns)
    return None if last is None else Relaxation(best, read_allocation(last, site))


def select_cheapest(reduced: Floats, count: int) -> Bools:
    """Each task's *count* cheapest pairs by *reduced* ``[t, d]``, of those that may be; ``[t, d]``.

    The sort is stable, so that equal prices choose the same pairs on every machine.
    """
    columns = np.zeros(reduced.shape, dtype=bool)
    chosen = np.argsort(reduced, axis=1, kind="stable")[:, :count]
    np.put_along_axis(columns, chosen, values=True, axis=1)
    return columns & np.isfinite(reduced)


def select_paying(bound: Bound, columns: Bools) -> Bools:
    """The pairs that are cheaper than all of their task's in *columns*, at most MORE a task.

    Both ``[t, d]``. A negative reduced cost in the terms of the small model, whose own best pair of
    each task is the yardstick.
    """
    inside = np.where(columns, bound.reduced, np.inf).min(axis=1)
    outside = np.where(columns, np.inf, bound.reduced)
    pays = outside < inside[:, None] - LEAST_GAIN_W
    return np.asarray(select_cheapest(outside, MORE) & pays)
