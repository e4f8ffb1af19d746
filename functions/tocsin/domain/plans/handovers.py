"""Who is told of a plan when: a device gives a task up only once another has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.plans.deliveries import Delivery
from tocsin.domain.plans.stored_plan import StoredPlan


@dataclass(frozen=True, slots=True)
class Told:
    """What a device was ordered last, and how far that has come."""

    delivery: Delivery
    tasks: frozenset[str]


def find_coming(plans: Sequence[StoredPlan]) -> dict[str, str]:
    """Task → device, of those that a device was last ordered to take and has yet to say it has.

    *plans*: newest first.
    """
    told = find_told(plans)
    return {
        move.task_id: move.target
        for plan in reversed(plans)
        for move in plan.migrations
        if (taker := told.get(move.target)) is not None
        and taker.delivery.is_open
        and move.task_id in taker.tasks
    }


def find_told(plans: Sequence[StoredPlan]) -> dict[str, Told]:
    """By device, from *plans* (newest first)."""
    told: dict[str, Told] = {}
    for plan in plans:
        for name, delivery in plan.deliveries.items():
            if name not in told:
                tasks = frozenset(task.task_id for task in plan.orders[name].tasks)
                told[name] = Told(delivery, tasks)
    return told


def find_waits(plans: Sequence[StoredPlan]) -> dict[str, frozenset[str]]:
    """By device those whose word it has to wait for before it gives its tasks up.

    *plans*: newest first, as far as something of them is under way. Devices that exchange tasks
    would wait for each other: of those the one that gives up least goes first, and its tasks rest
    until the others follow. Were all told at once, one that obeys no order would lose every task
    that the others gave up for it.
    """
    gifts = _find_gifts(plans)
    waits = {name: frozenset(target for _, target in given) for name, given in gifts.items()}
    while circle := [name for name in waits if name in _reach(name, waits)]:
        first = min(circle, key=lambda name: (len(gifts[name]), name))
        waits[first] = frozenset(
            target for target in waits[first] if first not in {target, *_reach(target, waits)}
        )
    return waits


def _find_gifts(plans: Sequence[StoredPlan]) -> dict[str, set[tuple[str, str]]]:
    """By device, the tasks it is to give up, each with the device that has yet to say it has it."""
    told, gifts = find_told(plans), dict[str, set[tuple[str, str]]]()
    for plan in plans:
        for move in plan.migrations if plan.is_under_way else ():
            taker = told.get(move.target)
            if move.source is None or taker is None or move.task_id not in taker.tasks:
                continue
            if taker.delivery.state != "confirmed":
                gifts.setdefault(move.source, set()).add((move.task_id, move.target))
    return gifts


def _reach(begin: str, waits: Mapping[str, frozenset[str]]) -> set[str]:
    """All that *begin* waits for, and they in turn."""
    found: set[str] = set()
    coming = [begin]
    while coming:
        for name in waits.get(coming.pop(), ()):
            if name not in found:
                found.add(name)
                coming.append(name)
    return found
