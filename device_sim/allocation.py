"""What a device runs, what its twin orders it to run, and what it says about both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.plans.orders import Refusal, parse_order, version_of

STALE, MALFORMED = "stale", "malformed"


@dataclass(frozen=True, slots=True)
class Allocation:
    """The tasks of one device: load in percent of one reference processor by task id.

    Version 0 is what a device runs before it has received any order.
    """

    version: int
    loads_pct: Mapping[str, float]

    @property
    def load_pct(self) -> float:
        return sum(self.loads_pct.values())


def judge(value: object, in_force: Allocation) -> Allocation | Refusal:
    """What to run from now on, which may be *in_force* itself, or why the order is not obeyed.

    *value* is the twin's desired ``allocation`` (docs/formats.md), of whatever content.
    """
    try:
        order = parse_order(value)
    except InvalidProblemError:
        return Refusal(version_of(value), MALFORMED)
    if order is None:
        return in_force
    if order.version < in_force.version:
        return Refusal(order.version, STALE)
    if order.version == in_force.version:
        return in_force
    tasks = sorted(order.tasks, key=lambda task: task.task_id)
    return Allocation(order.version, {task.task_id: task.load_pct for task in tasks})


def report_of(in_force: Allocation, at_ms: int, refusal: Refusal | None) -> dict[str, Any]:
    """The twin's reported ``allocation``; ``refused`` is null, which removes it, when there is
    nothing to say."""
    return {
        "version": in_force.version,
        "tasks": list(in_force.loads_pct),
        "at": at_ms,
        "refused": refusal.to_document() if refusal else None,
    }
