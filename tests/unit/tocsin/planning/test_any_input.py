"""Whatever JSON operators or twins hold, it is read or refused by name; nothing else is raised."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.unit.tocsin.workshops import state
from tocsin.domain.devices.twins import Twin
from tocsin.domain.devices.work import Sample, Work
from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.plans.site_standing import EMPTY
from tocsin.planning.inputs.gather import Known, gather
from tocsin.planning.inputs.optimiser import parse_optimiser
from tocsin.planning.inputs.overrides import parse_overrides
from tocsin.planning.inputs.tasks import parse_tasks
from tocsin.planning.inputs.twins import parse_devices
from tocsin.planning.restraint.allowance import Allowance
from tocsin.planning.restraint.restrain import restrain
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings

NUMBERS = (
    st.integers(-3, 300)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([10**400, -(10**400), 1e308, 1e13])
)
NAMES = st.sampled_from(["a", "b", "cell-1", "cell-2", "", "a b", "pins", "tasks"])
PLAIN = st.none() | st.booleans() | NUMBERS | NAMES


def objects(*known: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of any content under names that are mostly *known*."""
    names = st.sampled_from([*known, "a", "b", "cell-1", "unknown"])
    inner = st.recursive(
        PLAIN, lambda value: st.lists(value, max_size=3) | st.dictionaries(names, value, max_size=4)
    )
    return st.dictionaries(names, inner, max_size=6)


OPTIMISERS = objects(
    "paused",
    "silentAfterPeriods",
    "silentAfterS",
    "limits",
    "weights",
    "search",
    "reserve",
    "gap",
    "maxMigrations",
)
OVERRIDES = objects("pins", "drained", "forbidden")
TASKS = st.fixed_dictionaries(
    {"tasks": st.dictionaries(NAMES, objects("loadPct", "deadlineMs", "priority", "capability"))}
) | objects("tasks")
ALLOCATION = objects("version", "tasks", "at", "refused")
TWINS = st.builds(
    Twin,
    st.sampled_from(["cell-1", "cell-2"]),
    st.fixed_dictionaries(
        {"capacity": objects("cpuPct", "energyWPerPct", "responseMs") | PLAIN},
        optional={"capabilities": PLAIN | st.lists(PLAIN)},
    ),
    desired=ALLOCATION | PLAIN,
    reported=ALLOCATION | PLAIN,
)


@settings(max_examples=150, deadline=None)
@given(OPTIMISERS, OVERRIDES, TASKS)
def test_any_settings_are_read_or_refused(
    optimiser: dict[str, Any], overrides: dict[str, Any], tasks: dict[str, Any]
) -> None:
    with contextlib.suppress(InvalidProblemError):
        parse_optimiser(optimiser)
    with contextlib.suppress(InvalidProblemError):
        parse_overrides(overrides)
    with contextlib.suppress(InvalidProblemError):
        parse_tasks(tasks, "north")


CAPACITIES = st.fixed_dictionaries(
    {"cpuPct": st.sampled_from([0.1, 100, 1e9]), "energyWPerPct": st.sampled_from([0, 12, 1e9]),
     "responseMs": st.sampled_from([0, 22, 1e9])}
)  # fmt: skip
LOADS = st.dictionaries(
    st.sampled_from("abc"),
    st.fixed_dictionaries(
        {"loadPct": st.sampled_from([0, 20, 1e12])},
        optional={"deadlineMs": st.sampled_from([1, 1e12]), "priority": st.sampled_from([0, 1e9]),
                  "pinned": st.booleans()},
    ),
)  # fmt: skip
NUMBERS = st.sampled_from([-5.0, 0.0, 40.0, 1e12])
MEASURED = st.lists(
    st.builds(Sample, st.integers(NOW - 60_000, NOW), NUMBERS, st.none() | NUMBERS), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TWINS, max_size=3), st.lists(CAPACITIES, max_size=2), LOADS, MEASURED)
def test_any_twins_lead_to_a_plan_or_to_a_reason(
    twins: list[Twin],
    capacities: list[dict[str, Any]],
    loads: dict[str, Any],
    measured: list[Sample],
) -> None:
    good = [
        Twin(f"good-{index}", {"capacity": capacity}) for index, capacity in enumerate(capacities)
    ]
    devices, notes = parse_devices(good + twins[:1])
    assert len(devices) + len(notes) == len(good) + len(twins[:1])
    known = Known(
        site_id="north",
        devices=tuple(devices),
        states={
            device.device_id: replace(
                state(device.device_id, NOW), work=Work(1_000, 5_000, tuple(measured))
            )
            for device in devices
        },
        tasks=parse_tasks({"tasks": loads}, "north"),
        optimiser=parse_optimiser({}),
        overrides=parse_overrides({"pins": {"a": "good-0"}, "drained": {"good-1": True}}),
        planned={"a": "good-1", "b": "gone"},
        coming={"b": "gone", "c": "good-0"},
        changed=frozenset({"good-0", "gone"}),
        failed={"cell-2": "x"},
        alerted={"good-0": NOW},
        memory=EMPTY,
    )
    found = gather(known, NOW)
    if found.problem is None:
        assert found.notes
        return
    plan = solve(found.problem, SolveSettings(time_limit_s=2.0))
    assert set(plan.allocation) == set(loads)
    restrained = restrain(found.problem, "north", plan, Allowance(moves=2))
    assert set(restrained.plan.allocation) == set(loads)
