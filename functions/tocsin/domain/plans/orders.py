"""Allocation orders: what a device is told to run, and what it says it runs (docs/formats.md).

Both are read from a twin, so from outside: nothing in them is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidProblemError

MOST_LOAD = 1e12
# No site plans so often; a device that claims more must not use the numbers up.
MOST_VERSION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class OrderedTask:
    """A task as a device is told of it; ``load_pct`` of one reference processor."""

    task_id: str
    load_pct: float


@dataclass(frozen=True, slots=True)
class Order:
    """All tasks a device shall run from now on. Versions grow by plan, site by site."""

    version: int
    tasks: frozenset[OrderedTask]

    def to_document(self) -> dict[str, Any]:
        """The desired property ``allocation``: an array, so that a patch replaces it whole."""
        tasks = sorted(self.tasks, key=lambda task: task.task_id)
        return {
            "version": self.version,
            "tasks": [{"id": task.task_id, "loadPct": task.load_pct} for task in tasks],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Order:
        """As we stored it ourselves; what others say goes through ``parse_order``."""
        tasks = (OrderedTask(task["id"], task["loadPct"]) for task in document["tasks"])
        return cls(document["version"], frozenset(tasks))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An order that the device did not obey; ``version`` is None where it could not read it."""

    version: int | None
    reason: str

    def to_document(self) -> dict[str, Any]:
        return {"version": self.version, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Report:
    """What a device runs. Version 0 is what it ran before its first order; ``at``: since when, ms
    by the device's clock."""

    version: int
    tasks: frozenset[str]
    at: int
    refused: Refusal | None = None


def parse_order(value: object) -> Order | None:
    """The desired property ``allocation``; None where there is none.

    Raises InvalidProblemError saying what is wrong with it.
    """
    if value is None:
        return None
    where = "desired.allocation"
    parts = _check_object(value, where, {"version", "tasks"})
    tasks = [_parse_task(task, f"{where}.tasks") for task in _check_list(parts, "tasks", where)]
    if len({task.task_id for task in tasks}) < len(tasks):
        raise InvalidProblemError(f"{where}.tasks names a task twice")
    return Order(_check_whole(parts.get("version"), where, least=1), frozenset(tasks))


def parse_report(value: object) -> Report | None:
    """The reported property ``allocation``; None where there is none.

    Raises InvalidProblemError saying what is wrong with it.
    """
    if value is None:
        return None
    where = "reported.allocation"
    parts = _check_object(value, where)
    tasks = [_check_text(task, f"{where}.tasks") for task in _check_list(parts, "tasks", where)]
    return Report(
        version=_check_whole(parts.get("version"), where),
        tasks=frozenset(tasks),
        at=_check_whole(parts.get("at"), f"{where}.at", most=2**53),
        refused=_parse_refusal(parts.get("refused"), f"{where}.refused"),
    )


def version_of(order: object) -> int | None:
    """The version of what may be no order at all, for saying which was refused; None where there
    is none that an order could have."""
    version = order.get("version") if isinstance(order, Mapping) else None
    try:
        return _check_whole(version, "version")
    except InvalidProblemError:
        return None


def _parse_refusal(value: object, where: str) -> Refusal | None:
    if value is None:
        return None
    # Whatever was refused may have had any version: it is no reason to refuse the report.
    return Refusal(version_of(value), _check_text(_check_object(value, where).get("reason"), where))


def _parse_task(value: object, where: str) -> OrderedTask:
    parts = _check_object(value, where, {"id", "loadPct"})
    load = parts.get("loadPct")
    if isinstance(load, bool) or not isinstance(load, int | float) or not 0 <= load <= MOST_LOAD:
        raise InvalidProblemError(
            f"{where}: loadPct {load!r:.40} must be a number, 0 to {MOST_LOAD:g}"
        )
    return OrderedTask(_check_text(parts.get("id"), where), float(load))


def _check_object(value: object, where: str, known: set[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidProblemError(f"{where} must be an object, not {value!r:.40}")
    if known is not None and not known >= value.keys():
        raise InvalidProblemError(f"{where} has {', '.join(sorted(known))} and nothing else")
    return value


def _check_list(parts: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = parts.get(name)
    if not isinstance(value, list):
        raise InvalidProblemError(f"{where}.{name} must be a list, not {value!r}")
    return value


def _check_whole(value: object, where: str, *, least: int = 0, most: int = MOST_VERSION) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidProblemError(
            f"{where}: {value!r:.40} must be a whole number, {least} to {most}"
        )
    return value


def _check_text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidProblemError(f"{where}: {value!r} must be a text")
    return value
