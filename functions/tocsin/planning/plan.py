"""The answer to a rebalancing problem: who runs what, how good it is, and why tasks move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.domain.plans.figures import Status, Violation
from tocsin.domain.plans.stored_plan import Migration


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run where.

    status:
        unchanged: nothing gains enough to move.
        optimal: proven to the gap asked for.
        feasible: not proven that far in time.
        repaired: no solver helped; ``note`` says why.
    allocation: task → device, None for a task that can run nowhere.
    objective: watts of this plan. bound: watts that no plan is below.
    staying: watts of moving nothing.
    gap: (objective - bound) / what a plan can change of the objective. An unchanged plan's may
        exceed the gap asked for.
    wall_s: seconds that finding it took.
    """

    status: Status
    allocation: Mapping[str, str | None]
    objective: float
    bound: float
    staying: float
    gap: float
    wall_s: float
    violations: tuple[Violation, ...]
    migrations: tuple[Migration, ...]
    note: str = ""
