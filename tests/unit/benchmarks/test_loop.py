"""The loop's benchmark, on a site small and a time short enough for a test."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from benchmarks.loop.figures import summarise
from benchmarks.loop.fleet import describe_site
from benchmarks.loop.run import Loop, Result, Way
from benchmarks.loop.scenario import (
    PATTERNS,
    SIZES,
    Cell,
    Scenario,
    Trouble,
    TroubleKind,
    Work,
    draw_scenario,
)
from benchmarks.loop.trio import Trio
from tests.paths import ROOT

FLEET = ROOT / "device_sim/fleet/fleet.yaml"
CELLS = tuple(Cell(f"cell-{index}", ()) for index in range(3))
TASKS = tuple(
    Work(f"task-{index}", 12.0, 150.0, 1.0, None, f"cell-{index % 3}") for index in range(9)
)
SCENARIO = Scenario(
    0, 7, "single", 0.4, CELLS, TASKS, (Trouble("throttled", "cell-0", 60, 240),), hub_fails=0.0
)


async def run(way: Way, seconds: int) -> Result:
    return await Loop(SCENARIO, way).run(seconds)


def test_the_loop_relieves_a_slow_workcell_and_stays_at_rest() -> None:
    results = {way: asyncio.run(run(way, 300)) for way in ("optimiser", "paused", "oracle")}
    assert results["paused"].late_s > 300.0
    assert results["optimiser"].late_s < 0.5 * results["paused"].late_s
    assert results["oracle"].late_s <= results["optimiser"].late_s
    assert 1 <= len(results["optimiser"].moved_at_s) <= 2 * results["optimiser"].concerned
    assert results["optimiser"].dead_letters == 0
    figures = summarise([Trio(SCENARIO, **results)], 1.0)
    assert figures["late_ratio"]["worst"] < 0.6
    assert figures["runs"] == 1


@pytest.mark.parametrize(
    ("device_id", "kind", "begin_s"),
    [
        ("north-workcell-01", "overload", 63),
        ("north-workcell-05", "throttled", 62),
        ("south-workcell-02", "overload", 60),
        ("south-workcell-05", "throttled", 60),
    ],
)
def test_the_troubles_of_the_demo_are_answered_soon(
    device_id: str, kind: TroubleKind, begin_s: int
) -> None:
    """The demo of one minute: 37 s of a trouble, of which the last 20 are in time again."""
    trouble = Trouble(kind, device_id, begin_s, begin_s + 37)
    scenario = describe_site(FLEET, device_id.partition("-")[0], trouble)
    result = asyncio.run(Loop(scenario, "optimiser").run(trouble.end_s + 3))
    assert result.concerned >= len(result.moved_at_s) > 0
    late = result.late_by_s[begin_s : trouble.end_s]
    assert sum(late[17:]) == 0, late


def test_a_scenario_is_the_same_for_the_same_seed() -> None:
    assert draw_scenario(3, 7) == draw_scenario(3, 7)
    assert draw_scenario(3, 7) != draw_scenario(3, 8)


@pytest.mark.parametrize("number", range(40))
def test_every_scenario_is_as_promised(number: int) -> None:
    scenario = draw_scenario(number, 7)
    assert len(scenario.cells) == SIZES[number % len(SIZES)]
    assert 0.3 <= scenario.load <= 0.95
    assert scenario.troubles
    assert scenario.ends_s <= 3_600
    names = {cell.device_id for cell in scenario.cells}
    assert {task.device_id for task in scenario.tasks} <= names
    assert {trouble.device_id for trouble in scenario.troubles} <= names


def test_every_pattern_and_size_occurs() -> None:
    scenarios = [draw_scenario(number, 7) for number in range(40)]
    assert {scenario.pattern for scenario in scenarios} == {*PATTERNS}
    assert {1, 40} <= {len(scenario.cells) for scenario in scenarios}
    loads = sorted(scenario.load for scenario in scenarios)
    assert (loads[0] < 0.35, loads[-1] > 0.9) == (True, True)


def test_no_lateness_at_all_is_no_infinite_ratio() -> None:
    calm = Result()
    trio = Trio(SCENARIO, optimiser=replace(calm, late_by_s=(4.0, 2.0)), paused=calm, oracle=calm)
    assert trio.ratio == pytest.approx(1.1)
