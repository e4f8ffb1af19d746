"""The answer to a rebalancing problem: who runs what, how good it is, and why tasks move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["unchanged", "optimal", "feasible", "repaired"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A soft rule the plan breaks, since no allowed plan avoids it at a lower price.

    kind: the rule; it says what ``amount`` counts.
        unplaced: the task runs nowhere; its load in percent.
        misplaced: the task remains where it must not be; its load in percent.
        overload, reserve: percent that the device carries above its capacity or reserve line.
        late: ms after the task's deadline.
    subject: the id of the task or device. text: the same in words.
    """

    kind: Literal["unplaced", "misplaced", "overload", "reserve", "late"]
    subject: str
    amount: float
    text: str


@dataclass(frozen=True, slots=True)
class Migration:
    """One task's move; ``source`` is None for a task that ran nowhere."""

    task_id: str
    source: str | None
    target: str
    reason: str


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
    gap: (objective - bound) / objective. An unchanged plan's may exceed the gap asked for.
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
