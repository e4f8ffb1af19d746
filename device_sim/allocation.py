"""What a device runs, what its twin orders it to run, and what it says about both."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Reason = Literal["stale", "malformed"]


class MalformedOrderError(Exception):
    """An order that is none: names what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The tasks of one device: load in percent of one reference processor by task id.

    Version 0 is what a device runs that was never ordered anything.
    """

    version: int
    loads_pct: Mapping[str, float]

    @property
    def load_pct(self) -> float:
        return sum(self.loads_pct.values())


@dataclass(frozen=True, slots=True)
class Refusal:
    """An order that was not obeyed. ``version`` is None when it had none that is a number."""

    version: int | None
    reason: Reason

    def document(self) -> dict[str, Any]:
        return {"version": self.version, "reason": self.reason}


def judge(order: object, in_force: Allocation) -> Allocation | Refusal:
    """What to run from now on, which may be *in_force* itself, or why *order* is not obeyed.

    *order* is the twin's desired ``allocation``:
    ``{"version": 7, "tasks": [{"id": "inspect-03", "loadPct": 12.5}]}``.
    """
    try:
        ordered = parse_order(order)
    except MalformedOrderError:
        return Refusal(_version_of(order), "malformed")
    if ordered.version < in_force.version:
        return Refusal(ordered.version, "stale")
    return in_force if ordered.version == in_force.version else ordered


def parse_order(order: object) -> Allocation:
    """Check an order for every rule of its format. Raises MalformedOrderError."""
    if not isinstance(order, dict) or order.keys() != {"version", "tasks"}:
        raise MalformedOrderError("an order has version and tasks, and nothing else")
    version = _version_of(order)
    if version is None or version < 1:
        raise MalformedOrderError("version must be a whole number, at least 1")
    if not isinstance(order["tasks"], list):
        raise MalformedOrderError("tasks must be a list")
    tasks = [_parse_task(task) for task in order["tasks"]]
    loads_pct = dict(tasks)
    if len(loads_pct) < len(tasks):
        raise MalformedOrderError("a task is there twice")
    return Allocation(version, loads_pct)


def report_of(in_force: Allocation, at_ms: int, refusal: Refusal | None) -> dict[str, Any]:
    """The twin's reported ``allocation``; ``refused`` is null, which removes it, when there is
    nothing to say."""
    return {
        "version": in_force.version,
        "tasks": list(in_force.loads_pct),
        "at": at_ms,
        "refused": refusal.document() if refusal else None,
    }


def _parse_task(task: object) -> tuple[str, float]:
    if not isinstance(task, dict) or task.keys() != {"id", "loadPct"}:
        raise MalformedOrderError("a task has id and loadPct, and nothing else")
    name, load_pct = task["id"], task["loadPct"]
    if not isinstance(name, str) or not name:
        raise MalformedOrderError("a task's id must be a text")
    if isinstance(load_pct, bool) or not isinstance(load_pct, int | float):
        raise MalformedOrderError(f"task {name}: loadPct must be a number")
    # Beyond the largest double there are whole numbers still, and no load.
    if not 0 <= load_pct <= sys.float_info.max:
        raise MalformedOrderError(f"task {name}: loadPct must be finite, and not below 0")
    return name, float(load_pct)


def _version_of(order: object) -> int | None:
    version = order.get("version") if isinstance(order, dict) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None
