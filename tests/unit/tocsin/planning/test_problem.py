"""What makes no sense is refused by name, before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.problem import Device, Limits, Problem, Task, Weights

DEVICE = Device("d1", "north", capacity_pct=100.0, energy_w_per_pct=1.0, response_ms=10.0)
TASK = Task("t1", "north", load_pct=10.0, device_id="d1")


def _problem(
    device: dict[str, Any] | None = None,
    task: dict[str, Any] | None = None,
    **parts: Any,  # noqa: ANN401  any part of a Problem
) -> Callable[[], Problem]:
    def build() -> Problem:
        devices = parts.pop("devices", (replace(DEVICE, **(device or {})),))
        tasks = parts.pop("tasks", (replace(TASK, **(task or {})),))
        return Problem(devices, tasks, **parts)

    return build


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (_problem(devices=()), "no devices"),
        (_problem(devices=(DEVICE, DEVICE)), "'d1' is listed 2 times"),
        (_problem(tasks=(TASK, TASK)), "'t1' is listed 2 times"),
        (_problem(device={"device_id": ""}), "empty id"),
        (_problem(device={"capacity_pct": 0.0}), "capacity_pct is 0.0"),
        (_problem(device={"health": 1.5}), "health is 1.5"),
        (_problem(device={"energy_w_per_pct": math.nan}), "energy_w_per_pct is nan"),
        (_problem(task={"load_pct": -1.0}), "load_pct is -1.0"),
        (_problem(task={"load_pct": math.nan}), "load_pct is nan"),
        (_problem(task={"deadline_ms": math.inf}), "deadline_ms is inf"),
        (_problem(task={"device_id": "gone"}), "unknown device 'gone'"),
        (_problem(task={"site_id": "south"}), "tasks stay within their site"),
        (_problem(task={"device_id": None, "pinned": True}), "runs nowhere"),
        (_problem(pins={"gone": "d1"}), "unknown task 'gone'"),
        (_problem(pins={"t1": "gone"}), "unknown device 'gone'"),
        (_problem(forbidden=frozenset({("t1", "gone")})), "unknown device 'gone'"),
        (_problem(pins={"t1": "d1"}, forbidden=frozenset({("t1", "d1")})), "both pinned"),
        (_problem(weights=Weights(energy=-1.0)), "energy is -1.0"),
        (_problem(limits=Limits(reserve=0.95)), "reserve is 0.95"),
        (_problem(limits=Limits(max_migrations=-1)), "max_migrations"),
    ],
)
def test_bad_input_is_refused_by_name(build: Callable[[], Problem], said: str) -> None:
    with pytest.raises(InvalidProblemError, match=said):
        build()


def test_sites_without_devices_are_known() -> None:
    task = Task("t2", "south", load_pct=1.0)
    assert Problem((DEVICE,), (TASK, task)).sites() == ("north", "south")
