"""Who is told of a plan when: a device gives a task up only once another has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.domain.deliveries import Delivery
from tocsin.domain.stored_plan import Migration


def find_awaited(
    device_id: str, migrations: Iterable[Migration], deliveries: Mapping[str, Delivery]
) -> frozenset[str]:
    """The devices whose word *device_id* has to wait for before it gives its tasks up.

    Not those that wait for it in turn: devices that exchange tasks are told at once.
    """
    waits = _list_waits(migrations, deliveries)
    return frozenset(
        target for target in waits.get(device_id, ()) if device_id not in _reach(target, waits)
    )


def _list_waits(
    migrations: Iterable[Migration], deliveries: Mapping[str, Delivery]
) -> dict[str, set[str]]:
    """By device those that are to take its tasks and have not confirmed it."""
    waits: dict[str, set[str]] = {}
    for move in migrations:
        taker = deliveries.get(move.target)
        if move.source is not None and taker is not None and taker.state != "confirmed":
            waits.setdefault(move.source, set()).add(move.target)
    return waits


def _reach(begin: str, waits: Mapping[str, set[str]]) -> set[str]:
    """All that *begin* waits for, and they in turn."""
    found: set[str] = set()
    coming = [begin]
    while coming:
        for name in waits.get(coming.pop(), ()):
            if name not in found:
                found.add(name)
                coming.append(name)
    return found
