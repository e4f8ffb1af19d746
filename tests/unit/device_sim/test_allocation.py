"""Orders: what is one, which are obeyed, and what is said of the others."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.allocation import Allocation, judge, report_of
from tocsin.domain.plans.orders import Refusal

IN_FORCE = Allocation(7, {"inspect-03": 12.5})


def an_order(version: object = 8, *tasks: object) -> dict[str, Any]:
    return {"version": version, "tasks": list(tasks)}


def a_task(task_id: object = "path-01", load_pct: object = 11.0) -> dict[str, Any]:
    return {"id": task_id, "loadPct": load_pct}


def test_a_newer_order_is_obeyed_whole() -> None:
    verdict = judge(an_order(8, a_task(), a_task("log-01", 4)), IN_FORCE)
    assert verdict == Allocation(8, {"path-01": 11.0, "log-01": 4.0})
    assert isinstance(verdict, Allocation)
    assert verdict.load_pct == 15.0


def test_an_order_may_take_everything_away() -> None:
    assert judge(an_order(8), IN_FORCE) == Allocation(8, {})


def test_the_order_in_force_changes_nothing_whatever_its_tasks() -> None:
    assert judge(an_order(7, a_task()), IN_FORCE) is IN_FORCE


@pytest.mark.parametrize("version", [1, 6])
def test_an_older_order_is_stale(version: int) -> None:
    assert judge(an_order(version, a_task()), IN_FORCE) == Refusal(version, "stale")


@pytest.mark.parametrize(
    ("order", "version"),
    [
        ("go", None),
        ([], None),
        ({}, None),
        ({"version": 8}, 8),
        ({"tasks": []}, None),
        ({"version": 8, "tasks": [], "why": "so"}, 8),
        (an_order("8"), None),
        (an_order(8.0), None),
        (an_order(True), None),
        (an_order(None), None),
        (an_order(0), 0),
        (an_order(-3), None),
        ({"version": 8, "tasks": {"path-01": 11.0}}, 8),
        (an_order(8, "path-01"), 8),
        (an_order(8, {"id": "path-01"}), 8),
        (an_order(8, {**a_task(), "priority": 1}), 8),
        (an_order(8, a_task(7)), 8),
        (an_order(8, a_task("")), 8),
        (an_order(8, a_task(None)), 8),
        (an_order(8, a_task(load_pct="11")), 8),
        (an_order(8, a_task(load_pct=True)), 8),
        (an_order(8, a_task(load_pct=None)), 8),
        (an_order(8, a_task(load_pct=-0.1)), 8),
        (an_order(8, a_task(load_pct=math.nan)), 8),
        (an_order(8, a_task(load_pct=math.inf)), 8),
        (an_order(8, a_task(load_pct=10**400)), 8),
        (an_order(8, a_task(), a_task()), 8),
        (an_order(1, a_task(), a_task()), 1),
    ],
)
def test_what_is_outside_the_format_is_malformed(order: object, version: int | None) -> None:
    assert judge(order, IN_FORCE) == Refusal(version, "malformed")


@given(
    version=st.integers(1, 10**6),
    loads=st.dictionaries(st.text(min_size=1), st.floats(0, 1e6), max_size=8),
)
def test_every_order_of_the_format_is_understood(version: int, loads: dict[str, float]) -> None:
    order = an_order(version, *(a_task(name, load) for name, load in loads.items()))
    assert judge(order, Allocation(0, {})) == Allocation(version, loads)


def test_a_report_names_what_is_in_force_and_what_was_refused() -> None:
    assert report_of(IN_FORCE, 1000, None) == {
        "version": 7, "tasks": ["inspect-03"], "at": 1000, "refused": None,
    }  # fmt: skip
    refused = report_of(IN_FORCE, 1000, Refusal(None, "malformed"))["refused"]
    assert refused == {"version": None, "reason": "malformed"}
