"""What is searched for at one site, and the best that has been found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.solver import ANY_NODES, Effort, Solver
from tocsin.planning.moves.greedy import ENOUGH_W

PAIR_S = 8e-5  # for a pair in a model: built, handed over, solved in easy cases, read
LEAST_W = 1e-9  # an objective of 0 has no share


@dataclass(frozen=True, slots=True)
class BestPlan:
    """The best plan so far.

    plan: ``[t]``, each task's device. objective: its watts. bound: watts no plan is below.
    reason: what a solver failed at, empty if it did not.
    """

    plan: Ints
    objective: float
    bound: float
    reason: str = ""

    def raise_bound(self, bound: float) -> BestPlan:
        """The same with *bound* (watts), if that is higher."""
        return replace(self, bound=max(self.bound, bound))


@dataclass(frozen=True, slots=True)
class Search:
    """What a search has to keep to.

    gap: as near as a plan is to be proven, a share of its objective.
    solver: None if there is none. threads: for the solver.
    left_s: the seconds left; below 0 once the time is over.
    """

    site: Site
    gap: float
    solver: Solver | None
    left_s: Callable[[], float]
    threads: int = 1

    def allow_effort(self, target: float = -np.inf, nodes: int = ANY_NODES) -> Effort:
        """What a solver called now may spend; *target* in watts of its model's own objective."""
        return Effort(self.left_s(), target, self.threads, nodes)

    def halve_left_s(self) -> Callable[[], float]:
        """A clock of the seconds left of the half of those that are left now."""
        kept = self.left_s() / 2.0
        return lambda: self.left_s() - kept

    def affords(self, pairs: int) -> bool:
        """Whether a model of so many *pairs* leaves any time to solve it."""
        return self.left_s() > PAIR_S * pairs

    def slack_w(self, best: BestPlan) -> float:
        """How far *best* may be above the optimum so that a run after it changes nothing.

        Migrations are over once a plan is carried out: what the next run could gain is the same,
        but it is measured against an objective without them (`worth`).
        """
        afterwards = self.site.objective_afterwards(best.plan) - self.site.constant_w
        return self.gap * max(afterwards, 0.0)

    def is_near(self, best: BestPlan) -> bool:
        """Whether *best* is so near its bound that the next run would move nothing."""
        return best.objective - best.bound <= self.slack_w(best)

    def is_proven(self, best: BestPlan) -> bool:
        """Whether *best* is proven as near as asked for."""
        constant = self.site.constant_w
        return measure_gap(best.objective - constant, best.bound - constant) <= self.gap

    def prefer(self, best: BestPlan, plan: Ints) -> BestPlan:
        """*plan* ``[t]`` if it keeps to the limit and costs less than *best*, else *best*."""
        objective = self.site.objective(plan)
        if self.site.count_moves(plan) > self.site.most_moves:
            return best
        if objective >= best.objective - ENOUGH_W:
            return best
        return replace(best, plan=plan, objective=objective)


def measure_gap(objective: float, bound: float) -> float:
    """How far *objective* may be above the optimum, as a share of it; both in watts, and without
    what no plan could change."""
    return max(objective - bound, 0.0) / max(abs(objective), LEAST_W)
