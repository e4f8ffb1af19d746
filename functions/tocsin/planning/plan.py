"""The answer to a rebalancing problem: who runs what, how good it is, and why tasks move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["unchanged", "optimal", "feasible", "repaired"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A soft rule the plan breaks, since no allowed plan avoids it at a lower price.

    ``kind``: unplaced (the task runs nowhere), misplaced (it remains where it must not be),
    overload and reserve (percent above them), late (ms after the deadline).
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
    """``allocation``: task → device, None for a task that can run nowhere.

    ``status``: unchanged (nothing gains enough to move), optimal (proven to the gap asked for),
    feasible (not proven that far in time), repaired (no solver helped; ``note`` says why).
    ``objective``, ``bound``, ``staying``: watts of this plan, of no plan less, of moving nothing.
    ``gap``: (objective - bound) / objective. An unchanged plan's may exceed the gap asked for.
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
