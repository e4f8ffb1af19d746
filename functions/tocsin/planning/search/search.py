"""What is searched for at one site, and what has been found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.solver import ANY_NODES, Effort, Solver
from tocsin.planning.moves.greedy import ENOUGH_W

PAIR_S = 8e-5  # for a pair in a model: built, handed over, solved in easy cases, read


@dataclass(frozen=True, slots=True)
class Found:
    """A plan ``[t]`` of ``objective`` watts and the proven bound; ``reason``: what a solver failed
    at, empty if it did not."""

    plan: Ints
    objective: float
    bound: float
    reason: str = ""

    def raised(self, bound: float) -> Found:
        """The same with *bound*, if that is higher."""
        return replace(self, bound=max(self.bound, bound))


@dataclass(frozen=True, slots=True)
class Search:
    """One site, the gap asked for (share), a solver if there is one, and the seconds left."""

    site: Site
    gap: float
    solver: Solver | None
    left_s: Callable[[], float]
    threads: int = 1

    def effort(self, target: float = -np.inf, nodes: int = ANY_NODES) -> Effort:
        return Effort(self.left_s(), target, self.threads, nodes)

    def half_left_s(self) -> Callable[[], float]:
        """The seconds left of the half of those that are left now."""
        kept = self.left_s() / 2.0
        return lambda: self.left_s() - kept

    def affords(self, pairs: int) -> bool:
        """Whether a model of so many *pairs* leaves any time to solve it."""
        return self.left_s() > PAIR_S * pairs

    def slack_w(self, found: Found) -> float:
        """How far *found* may be above the best so that a run after it changes nothing.

        Migrations are over once a plan is carried out: what the next run could gain is the same,
        but it is measured against an objective without them (`worth`).
        """
        return self.gap * abs(self.site.lasting(found.plan))

    def near(self, found: Found) -> bool:
        return found.objective - found.bound <= self.slack_w(found)

    def proven(self, found: Found) -> bool:
        return gap(found.objective, found.bound) <= self.gap

    def better(self, found: Found, plan: Ints) -> Found:
        """*plan* if it keeps to the limit and costs less than what was *found*."""
        objective = self.site.objective(plan)
        if self.site.moves(plan) > self.site.most_moves or objective >= found.objective - ENOUGH_W:
            return found
        return replace(found, plan=plan, objective=objective)


def gap(objective: float, bound: float) -> float:
    """How far *objective* may be above the best, as a share of it; both in watts."""
    return max(objective - bound, 0.0) / max(abs(objective), 1e-9)
