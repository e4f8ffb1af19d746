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
SOUND = Problem((DEVICE,), (TASK,))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Device("", "north", 100.0, 1.0, 10.0), "a device has an empty id"),
        (lambda: replace(DEVICE, capacity_pct=0.0), "device 'd1': capacity_pct is 0.0"),
        (lambda: replace(DEVICE, health=1.5), "health is 1.5"),
        (lambda: replace(DEVICE, energy_w_per_pct=math.nan), "energy_w_per_pct is nan"),
        (lambda: replace(DEVICE, response_ms=-1.0), "response_ms is -1.0"),
        (lambda: Task("", "north", load_pct=1.0), "a task has an empty id"),
        (lambda: replace(TASK, load_pct=-1.0), "task 't1': load_pct is -1.0"),
        (lambda: replace(TASK, load_pct=math.nan), "load_pct is nan"),
        (lambda: replace(TASK, priority=math.inf), "priority is inf"),
        (lambda: replace(TASK, deadline_ms=math.inf), "deadline_ms is inf"),
        (lambda: replace(TASK, deadline_ms=0.0), "deadline_ms is 0.0"),
        (lambda: Weights(energy=-1.0), "weights: energy is -1.0"),
        (lambda: Limits(reserve=0.95), "limits: reserve is 0.95"),
        (lambda: Limits(min_health=1.5), "min_health is 1.5"),
        (lambda: Limits(max_migrations=-1), "max_migrations"),
    ],
)
def test_each_part_refuses_what_makes_no_sense(build: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidProblemError, match=said):
        build()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"devices": ()}, "no devices"),
        ({"devices": (DEVICE, DEVICE)}, "'d1' is listed 2 times"),
        ({"tasks": (TASK, TASK)}, "'t1' is listed 2 times"),
        ({"tasks": (replace(TASK, device_id="gone"),)}, "unknown device 'gone'"),
        ({"tasks": (replace(TASK, site_id="south"),)}, "tasks stay within their site"),
        ({"tasks": (replace(TASK, device_id=None, pinned=True),)}, "runs nowhere"),
        ({"pins": {"gone": "d1"}}, "unknown task 'gone'"),
        ({"pins": {"t1": "gone"}}, "unknown device 'gone'"),
        ({"forbidden": frozenset({("t1", "gone")})}, "unknown device 'gone'"),
        ({"pins": {"t1": "d1"}, "forbidden": frozenset({("t1", "d1")})}, "both pinned"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidProblemError, match=said):
        replace(SOUND, **parts)


def test_sites_without_devices_are_known() -> None:
    task = Task("t2", "south", load_pct=1.0)
    assert Problem((DEVICE,), (TASK, task)).sites() == ("north", "south")
