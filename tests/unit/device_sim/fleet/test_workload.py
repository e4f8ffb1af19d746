"""The tasks of a fleet file: what they say, what is wrong with them, and how balanced they are."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from device_sim.allocation import Allocation
from device_sim.errors import FleetError
from device_sim.fleet.roster import DEFAULT_FLEET, load_fleet, parse_fleet
from device_sim.fleet.workload import (
    FleetTask,
    load_workload,
    parse_workload,
    start_allocation,
    workload_document,
)
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
AT = "sites[0].tasks"


def a_site(site: str, tasks: object, **fields: object) -> dict[str, Any]:
    devices = {"workcell": [f"{site}-1", f"{site}-2"], "pump": [f"{site}-p"]}
    floors = [{"id": "ground", "devices": devices}]
    buildings = [{"id": "hall", "floors": floors}]
    capabilities = {"vision": [f"{site}-1"]}
    return {
        "id": site,
        "buildings": buildings,
        "capabilities": capabilities,
        "tasks": tasks,
        **fields,
    }


def a_document(tasks: object, *others: dict[str, Any], **fields: object) -> dict[str, Any]:
    capacity = {"workcell": {"cpu_pct": 100, "energy_w_per_pct": 12.2, "response_ms": 22}}
    return {"capacity": capacity, "sites": [a_site("north", tasks, **fields), *others]}


def test_a_task_is_what_the_file_says() -> None:
    whole = {
        "load_pct": 12.5, "deadline_ms": 200, "priority": 2,
        "capability": "vision", "device": "north-1",
    }  # fmt: skip
    full, least = parse_workload(
        a_document({"inspect-1": whole, "log-1": {"load_pct": 4}}), PROFILES
    )
    assert full == FleetTask("inspect-1", "north", 12.5, 200.0, 2.0, "vision", "north-1")
    assert least == FleetTask("log-1", "north", 4.0, None, 1.0, None, None)


def test_the_product_gets_the_tasks_of_one_site() -> None:
    tasks = [
        FleetTask("inspect-1", "north", 12.5, 200.0, 2.0, "vision", "north-1"),
        FleetTask("log-1", "north", 4.0, None, 1.0, None, None),
        FleetTask("log-2", "south", 4.0, None, 1.0, None, None),
    ]
    assert workload_document(tasks, "north") == {
        "tasks": {
            "inspect-1": {
                "loadPct": 12.5, "deadlineMs": 200.0, "priority": 2.0, "capability": "vision",
            },
            "log-1": {"loadPct": 4.0, "priority": 1.0},
        }
    }  # fmt: skip
    assert workload_document(tasks, "west") == {"tasks": {}}


def test_a_device_starts_with_the_tasks_that_name_it() -> None:
    document = a_document(
        {
            "a": {"load_pct": 4, "device": "north-1"},
            "b": {"load_pct": 5, "device": "north-2"},
            "c": {"load_pct": 6, "device": "north-1"},
            "d": {"load_pct": 7},
        }
    )
    first, *_ = parse_fleet(document, PROFILES)
    tasks = parse_workload(document, PROFILES)
    assert start_allocation(tasks, first) == Allocation(0, {"a": 4.0, "c": 6.0})


def test_a_site_may_have_no_task_yet_or_none_at_all() -> None:
    assert parse_workload(a_document({}), PROFILES) == []
    without = a_document({})
    del without["sites"][0]["tasks"], without["sites"][0]["capabilities"]
    assert parse_workload(without, PROFILES) == []


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (["a"], f"{AT} must be a mapping"),
        (None, f"{AT} must be a mapping"),
        ({"a b": {"load_pct": 4}}, f"{AT}: a name: 'a b' is no id"),
        ({7: {"load_pct": 4}}, "7 is no id"),
        ({"a": 4}, f"{AT}.a must be a mapping"),
        ({"a": {}}, f"{AT}.a.load_pct is missing"),
        ({"a": {"load_pct": 0}}, f"{AT}.a.load_pct: 0 must be a number above 0"),
        ({"a": {"load_pct": "much"}}, f"{AT}.a.load_pct: 'much' must be a number"),
        ({"a": {"load_pct": True}}, f"{AT}.a.load_pct: True must be a number"),
        ({"a": {"load_pct": float("nan")}}, f"{AT}.a.load_pct: nan must be a number"),
        ({"a": {"load_pct": float("inf")}}, f"{AT}.a.load_pct: inf must be a number"),
        ({"a": {"load_pct": 4, "deadline_ms": -1}}, f"{AT}.a.deadline_ms: -1 must be a number"),
        ({"a": {"load_pct": 4, "priority": 0}}, f"{AT}.a.priority: 0 must be a number"),
        ({"a": {"load_pct": 4, "colour": "red"}}, f"{AT}.a: 'colour' is unknown; use capability"),
        (
            {"a": {"load_pct": 4, "capability": "flight"}},
            f"{AT}.a.capability: no device of the site has 'flight'; use vision",
        ),
        ({"a": {"load_pct": 4, "capability": ["vision"]}}, f"{AT}.a.capability: ['vision'] is no"),
        (
            {"a": {"load_pct": 4, "device": "north-p"}},
            f"{AT}.a.device: 'north-p' runs no tasks at this site; name one of north-1, north-2",
        ),
        ({"a": {"load_pct": 4, "device": "south-1"}}, f"{AT}.a.device: 'south-1' runs no tasks"),
        ({"a": {"load_pct": 4, "device": 1}}, f"{AT}.a.device: 1 is no id"),
        (
            {"a": {"load_pct": 4, "capability": "vision", "device": "north-2"}},
            f"{AT}.a.device: north-2 lacks 'vision'",
        ),
    ],
)
def test_a_wrong_task_says_where_and_what(tasks: object, said: str) -> None:
    with pytest.raises(FleetError) as caught:
        parse_workload(a_document(tasks, a_site("south", {})), PROFILES)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_task_ids_are_those_of_the_whole_fleet() -> None:
    both = a_document({"a": {"load_pct": 4}}, a_site("south", {"a": {"load_pct": 4}}))
    with pytest.raises(FleetError, match="task 'a' is there twice; give each its own id"):
        parse_workload(both, PROFILES)


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (["north-1", "north-1"], r"capabilities\.vision\[1\]: 'north-1' is there twice"),
        (["north-p"], r"capabilities\.vision\[0\]: 'north-p' runs no tasks .* north-1, north-2"),
        ([None], r"capabilities\.vision\[0\] is missing"),
        ([["north-1"]], r"capabilities\.vision\[0\]: .* is no id"),
    ],
)
def test_a_wrong_capability_says_where_and_what(devices: list[object], said: str) -> None:
    with pytest.raises(FleetError, match=said):
        parse_workload(a_document({}, capabilities={"vision": devices}), PROFILES)


def test_tasks_need_a_device_that_can_run_them() -> None:
    document = a_document({"a": {"load_pct": 4}})
    del document["capacity"], document["sites"][0]["capabilities"]
    with pytest.raises(FleetError, match="no device here runs tasks; give its profile a capacity"):
        parse_workload(document, PROFILES)


def test_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match=r"none\.yaml: No such file"):
        load_workload(tmp_path / "none.yaml", PROFILES)
    bad = tmp_path / "bad.yaml"
    bad.write_text("sites: []", encoding="utf-8")
    with pytest.raises(FleetError, match=r"bad\.yaml: sites is missing or empty"):
        load_workload(bad, PROFILES)


def test_the_default_workload_is_balanced_and_demanding() -> None:
    fleet = load_fleet(DEFAULT_FLEET, PROFILES)
    tasks = load_workload(DEFAULT_FLEET, PROFILES)
    for site in ("north", "south"):
        able = [device for device in fleet if device.site == site and device.capacity is not None]
        here = [task for task in tasks if task.site == site]
        assert len(able) == 6
        assert 24 <= len(here) <= 30
        loads_pct: dict[str, float] = defaultdict(float)
        for task in here:
            assert task.device is not None
            assert task.deadline_ms is not None
            assert 4 <= task.load_pct <= 20
            assert 170 <= task.deadline_ms <= 300
            assert task.priority in {1, 2, 5}
            loads_pct[task.device] += task.load_pct
        assert loads_pct.keys() == {device.device for device in able}
        assert all(40 <= load_pct <= 50 for load_pct in loads_pct.values())
        assert 0.25 < sum(task.capability is not None for task in here) / len(here) < 0.45
        for capability in ("vision", "control"):
            assert 3 <= sum(capability in device.capabilities for device in able) <= 4
