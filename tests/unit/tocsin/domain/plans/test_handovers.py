"""No task is given up before another device has it."""

from __future__ import annotations

from typing import Any

from tests.fakes.plans import delivery_document, stored_plan
from tocsin.domain.plans.handovers import find_coming, find_waits
from tocsin.domain.plans.stored_plan import StoredPlan


def plan(version: int, moves: list[tuple[str, str, str]], **states: str) -> StoredPlan:
    """*moves*: task, from, to. *states*: of each device's order, which holds what it takes."""
    orders: dict[str, Any] = {
        name: {
            "version": version,
            "tasks": [{"id": task, "loadPct": 1.0} for task, _, to in moves if to == name],
        }
        for name in states
    }
    return stored_plan(
        version,
        migrations=[
            {"taskId": task, "from": source, "to": target, "reason": ""}
            for task, source, target in moves
        ],
        orders=orders,
        deliveries={
            name: delivery_document(version, state=state) for name, state in states.items()
        },
    )


def test_who_gives_up_waits_for_who_takes() -> None:
    moved = plan(2, [("x", "a", "b"), ("y", "a", "c")], a="pending", b="sent", c="confirmed")
    assert find_waits([moved]) == {"a": {"b"}}
    assert find_coming([moved]) == {"x": "b"}


def test_a_chain_is_told_from_its_end() -> None:
    moved = plan(2, [("x", "a", "b"), ("y", "b", "c")], a="pending", b="pending", c="pending")
    assert find_waits([moved]) == {"a": {"b"}, "b": {"c"}}


def test_of_devices_that_exchange_tasks_the_one_that_gives_least_goes_first() -> None:
    moves = [("x", "a", "b"), ("y", "a", "b"), ("z", "b", "a")]
    assert find_waits([plan(2, moves, a="pending", b="pending")]) == {"a": {"b"}, "b": frozenset()}
    assert find_waits([plan(2, moves, a="pending", b="confirmed")]) == {"b": {"a"}}
    assert find_waits([plan(2, moves, a="pending", b="failed")])["a"] == {"b"}


def test_in_a_circle_of_three_somebody_goes_first() -> None:
    moves = [("x", "a", "b"), ("y", "b", "c"), ("z", "c", "a")]
    waits = find_waits([plan(2, moves, a="pending", b="pending", c="pending")])
    assert waits == {"a": frozenset(), "b": {"c"}, "c": {"a"}}


def test_a_later_plan_still_waits_for_what_an_earlier_one_moved() -> None:
    earlier = plan(2, [("x", "a", "b")], a="superseded", b="late")
    later = plan(3, [("z", "a", "c")], a="pending", c="confirmed")
    assert find_waits([later, earlier]) == {"a": {"b"}}


def test_a_move_that_a_later_order_undid_counts_no_more() -> None:
    earlier = plan(2, [("x", "a", "b")], a="superseded", b="superseded")
    later = plan(3, [("z", "b", "c")], b="pending", c="pending")
    assert find_waits([later, earlier]) == {"b": {"c"}}
    assert find_coming([later, earlier]) == {"z": "c"}
