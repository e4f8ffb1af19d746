"""What operators and twins say becomes a problem; what makes no sense is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.messages import NOW
from tests.unit.tocsin.workshops import state
from tocsin.domain.devices.twins import Twin
from tocsin.domain.devices.work import Work
from tocsin.domain.plans.orders import Order, OrderedTask, Report
from tocsin.domain.plans.restraint import Moved
from tocsin.domain.plans.site_standing import EMPTY, Memory
from tocsin.domain.plans.watch import Watch
from tocsin.planning.arrays.load_price import estimate_response_ms
from tocsin.planning.inputs.ability import count_capacity, estimate_idle_ms
from tocsin.planning.inputs.gather import UNHEARD, Known, find_place, gather
from tocsin.planning.inputs.judging import FIRST_MS
from tocsin.planning.inputs.optimiser import (
    LEAST_SILENT_MS,
    Optimiser,
    describe_optimiser,
    parse_optimiser,
)
from tocsin.planning.inputs.overrides import Overrides, describe_overrides, parse_overrides
from tocsin.planning.inputs.tasks import describe_tasks, parse_tasks
from tocsin.planning.inputs.twins import Capacity, EdgeDevice, parse_devices
from tocsin.planning.problem import Task
from tocsin.planning.results.orders import choose_version, write_orders

CELL = EdgeDevice("cell-1", Capacity(100.0, 12.0, 22.0), frozenset({"vision"}))
OTHER = replace(CELL, device_id="cell-2")
TASKS = {name: Task(name, "north", load_pct=20.0) for name in ("a", "b", "c")}


def reporting(device: EdgeDevice, *tasks: str, version: int = 1, at: int = 0) -> EdgeDevice:
    return replace(device, report=Report(version, frozenset(tasks), at))


def ordered(device: EdgeDevice, *tasks: str, version: int = 1) -> EdgeDevice:
    order = Order(version, frozenset(OrderedTask(name, 20.0) for name in tasks))
    return replace(device, order=order)


def known(*devices: EdgeDevice, **parts: Any) -> Known:  # noqa: ANN401 (any part of a Known)
    usual: dict[str, Any] = {
        "site_id": "north",
        "devices": devices,
        "states": {device.device_id: state(device.device_id, NOW) for device in devices},
        "tasks": TASKS,
        "optimiser": Optimiser(),
        "overrides": Overrides({}, frozenset(), frozenset()),
        "planned": {},
        "coming": {},
        "changed": frozenset(),
        "failed": {},
        "alerted": {},
        "memory": EMPTY,
    }
    return Known(**{**usual, **parts})


@pytest.mark.parametrize(
    ("content", "period_ms", "silent_ms"),
    [
        ({}, 1_000, 30_000),
        ({}, 60_000, 1_800_000),
        ({"silentAfterPeriods": 5}, 60_000, 300_000),
        ({}, 100, LEAST_SILENT_MS),  # what is known of it may be nearly as old
        ({"silentAfterS": 45}, 60_000, 45_000),  # as sites set it before periods counted
    ],
)
def test_silence_is_told_in_periods_of_the_device(
    content: dict[str, Any], period_ms: int, silent_ms: float
) -> None:
    optimiser = parse_optimiser(content)
    paced = replace(state("cell-1", NOW), work=Work(period_ms, period_ms))
    assert optimiser.measure_silence(paced) == silent_ms
    assert parse_optimiser(describe_optimiser(optimiser)) == optimiser


def test_a_device_that_sends_once_a_minute_is_no_failure_for_being_quiet_for_ten() -> None:
    slow = replace(state("cell-1", NOW - 600_000), work=Work(60_000, 60_000))
    fast = replace(state("cell-2", NOW - 600_000), work=Work(1_000, 1_000))
    heard = {"cell-1": slow, "cell-2": fast, "cell-3": state("cell-3", NOW)}
    gathered = gather(known(CELL, OTHER, replace(CELL, device_id="cell-3"), states=heard), NOW)
    silent = {name: condition.watch.silent for name, condition in gathered.conditions.items()}
    assert silent == {"cell-1": False, "cell-2": True, "cell-3": False}
    overrides = parse_overrides(
        {
            "pins": {"a": "cell-1"},
            "drained": {"x": True, "y": False},
            "forbidden": {"b": {"z": True}},
        }
    )
    assert overrides.drained == {"x"}
    odd = "Rig-1.:+%_*!(),=@;$'"  # as the hub allows it
    assert parse_overrides({"drained": {odd: True}, "pins": {"a": odd}}).drained == {odd}
    assert parse_overrides(describe_overrides(overrides)) == overrides
    tasks = parse_tasks(
        {"tasks": {"a": {"loadPct": 3, "deadlineMs": 200, "capability": "vision", "pinned": True}}},
        "north",
    )
    assert parse_tasks(describe_tasks(tasks), "north") == tasks


def twin(device_id: str = "cell-1", **tags: object) -> Twin:
    capacity = {"cpuPct": 100, "energyWPerPct": 12, "responseMs": 22}
    return Twin(device_id, {"capacity": capacity, **tags})


def test_only_enabled_devices_with_a_capacity_run_tasks() -> None:
    pump = Twin("pump-1", {"siteId": "north"})
    off = replace(twin("cell-9"), is_enabled=False)
    found, notes = parse_devices([twin("cell-2"), pump, off, twin(capabilities=["vision"])])
    assert [device.device_id for device in found] == ["cell-1", "cell-2"]
    assert found[0].capabilities == {"vision"}
    assert notes == []


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"capacity": 100}, "must be an object"),
        ({"capacity": {"cpuPct": -5}}, "cpuPct is -5"),
        ({"capacity": {"cpuPct": float("nan")}}, "cpuPct is nan"),
        ({"capacity": {}}, "cpuPct is missing"),
        ({"capacity": {"cpuPct": 100, "responseMs": 22}}, "energyWPerPct is missing"),
        ({"capabilities": "vision"}, "must be a list"),
    ],
)
def test_a_twin_that_makes_no_sense_is_left_out_and_named(tags: dict[str, Any], said: str) -> None:
    found, notes = parse_devices([twin(**tags), twin("cell-2")])
    assert [device.device_id for device in found] == ["cell-2"]
    assert len(notes) == 1
    assert notes[0].startswith("device 'cell-1' is left out: ")
    assert said in notes[0]


def test_a_spoiled_order_is_replaced() -> None:
    reported = {"version": 3, "tasks": ["a"], "at": 0}
    spoiled = replace(twin(), desired={"version": 3, "tasks": "a"}, reported=reported)
    found, notes = parse_devices([spoiled])
    assert notes == []
    assert write_orders({"a": "cell-1"}, TASKS, found, 4)["cell-1"].version == 4


def test_a_malformed_report_leaves_its_device_out() -> None:
    found, notes = parse_devices([replace(twin(), reported={"version": "x"})])
    assert found == []
    assert "reported.allocation" in notes[0]


def test_a_task_runs_where_the_devices_say_and_the_plan_settles_what_two_say() -> None:
    devices = (reporting(CELL, "a", "b"), reporting(OTHER, "b"))
    assert find_place("a", devices, {"a": "cell-2"}) == "cell-1"
    assert find_place("b", devices, {"b": "cell-2"}) == "cell-2"
    assert find_place("b", devices, {}) == "cell-1"
    assert find_place("c", devices, {"c": "cell-2"}) == "cell-2", "it is on its way there"
    assert find_place("c", devices, {"c": "gone"}) is None


def test_a_task_that_was_ordered_from_a_device_that_does_not_obey_runs_nowhere() -> None:
    devices = (reporting(CELL, "a", "b"), reporting(OTHER, "b"))
    failed = {"cell-2": "it did not obey plan 2"}
    assert find_place("c", devices, {"c": "cell-2"}, failed) is None
    assert find_place("b", devices, {"b": "cell-2"}, failed) == "cell-2", "it says so itself"


def test_a_devices_answer_is_that_of_its_speed_and_of_all_its_load() -> None:
    load, background, speed = 30.0, 20.0, 0.8
    left = count_capacity(CELL, speed, background)
    idle = estimate_idle_ms(CELL, speed, background)
    answer = float(estimate_response_ms(idle, load, left))  # type: ignore[arg-type]
    assert answer == pytest.approx(22.0 / 0.8 / (1.0 - (load + background) / 80.0))
    assert count_capacity(CELL, 1.0, 500.0) == 1.0


def test_a_task_on_its_way_counts_where_it_goes() -> None:
    devices = (reporting(CELL, "a"), OTHER)
    found = gather(known(*devices, planned={"a": "cell-2"}, coming={"a": "cell-2"}), NOW)
    assert found.problem is not None
    assert found.problem.tasks[0].device_id == "cell-2"
    found = gather(known(*devices, planned={"a": "cell-2"}), NOW)
    assert found.problem is not None
    assert found.problem.tasks[0].device_id == "cell-1", "it was given up, or refused"


def test_what_has_moved_stays_for_a_while_and_not_too_often() -> None:
    def is_pinned(*ago_s: int) -> bool:
        moves = tuple(Moved(NOW - 1_000 * s, 1, "a", "cell-2", "cell-1") for s in ago_s)
        found = gather(known(reporting(CELL, "a"), OTHER, memory=Memory(moves=moves)), NOW)
        assert found.problem is not None
        return found.problem.tasks[0].pinned

    assert is_pinned(59)
    assert not is_pinned(61)
    assert not is_pinned(61, 600, 900)
    assert is_pinned(61, 600, 900, 3_000), "four times within the hour"


def test_a_problem_holds_what_is_known() -> None:
    devices = (reporting(CELL, "a", "b"), reporting(OTHER, "c"))
    found = gather(
        known(
            *devices,
            overrides=parse_overrides({"pins": {"a": "cell-2"}, "drained": {"cell-1": True}}),
            failed={"cell-2": "it did not obey plan 3"},
        ),
        NOW,
    )
    assert found.problem is not None
    first, second = found.problem.devices
    assert (first.drained, first.health) == (True, 1.0)
    assert (second.health, found.conditions["cell-2"].health.why) == (0.0, "it did not obey plan 3")
    assert {task.task_id: task.device_id for task in found.problem.tasks} == {
        "a": "cell-1",
        "b": "cell-1",
        "c": "cell-2",
    }
    assert dict(found.problem.pins) == {"a": "cell-2"}


def test_a_device_that_never_reported_or_fell_silent_is_not_relied_on() -> None:
    silent = state("cell-2", NOW, enqueuedAt=NOW - 31_000)
    states = {"cell-1": state("cell-1", NOW)}
    found = gather(known(CELL, OTHER, states=states), NOW)
    assert found.conditions["cell-2"].closed == "it has not sent a reading yet"
    memory = Memory(watches={"cell-2": Watch(since=NOW - FIRST_MS)})
    found = gather(known(CELL, OTHER, states=states, memory=memory), NOW)
    assert found.conditions["cell-2"].health.value == 0.0
    states = {"cell-1": state("cell-1", NOW), "cell-2": silent}
    found = gather(known(CELL, OTHER, states=states), NOW)
    assert "nothing heard of it" in found.conditions["cell-2"].health.why


def test_if_nobody_is_heard_the_path_is_to_blame_not_the_devices() -> None:
    states = {name: state(name, NOW, enqueuedAt=NOW - 99_000) for name in ("cell-1", "cell-2")}
    states["cell-2"] = states["cell-2"].with_alert(1)
    found = gather(known(CELL, OTHER, states=states), NOW)
    assert [found.conditions[name].health.value for name in ("cell-1", "cell-2")] == [1.0, 0.2]
    assert "the path is taken for broken" in found.notes[0]


def test_devices_that_were_never_heard_are_not_planned_with() -> None:
    found = gather(known(CELL, OTHER, states={}), NOW)
    assert found.problem is None
    assert found.notes == (UNHEARD,)


def test_a_pinned_task_that_runs_nowhere_is_placed() -> None:
    tasks = {"a": replace(TASKS["a"], pinned=True)}
    found = gather(known(CELL, tasks=tasks), NOW)
    assert found.problem is not None
    assert found.problem.tasks[0].pinned is False
    found = gather(known(reporting(CELL, "a"), tasks=tasks), NOW)
    assert found.problem is not None
    assert found.problem.tasks[0].pinned is True


def test_only_devices_that_were_told_otherwise_get_an_order() -> None:
    devices = (ordered(CELL, "a"), ordered(OTHER, "b", "c"))
    assert write_orders({"a": "cell-1", "b": "cell-2", "c": "cell-2"}, TASKS, devices, 2) == {}
    moved = write_orders({"a": "cell-1", "b": "cell-1", "c": None}, TASKS, devices, 2)
    assert [*moved] == ["cell-1", "cell-2"]
    assert {task.task_id for task in moved["cell-1"].tasks} == {"a", "b"}
    assert moved["cell-2"] == Order(2, frozenset())


def test_a_device_without_an_order_gets_one_if_it_has_or_shall_have_work() -> None:
    assert [*write_orders({"a": "cell-1"}, TASKS, (CELL, OTHER), 1)] == ["cell-1"]
    assert [*write_orders({}, {}, (reporting(CELL, "a"), OTHER), 1)] == ["cell-1"]


def test_versions_are_above_all_that_were_ever_seen() -> None:
    assert choose_version(3, [ordered(CELL, version=2)]) == 4
    assert choose_version(3, [reporting(CELL, version=9)]) == 10
    assert choose_version(0, []) == 1


def test_an_order_older_than_what_runs_is_given_anew() -> None:
    device = reporting(ordered(CELL, "a", version=2), "a", version=9)
    assert write_orders({"a": "cell-1"}, TASKS, [device], 10)["cell-1"].version == 10
