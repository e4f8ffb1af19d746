"""Small random fleets for the property tests of planning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solver import Effort, solve_with_highs
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Device, Limits, Problem, Task

CAPABILITIES = ("vision", "control")
EFFORT = Effort(time_s=10.0, target=-np.inf)


@st.composite
def problems(draw: st.DrawFn, most_moves: bool = True) -> Problem:
    """One or two sites, up to 5 devices and 9 tasks; anything may be wrong with them."""
    devices = tuple(_draw_device(draw, index) for index in range(draw(st.integers(1, 5))))
    tasks = tuple(_draw_task(draw, index, devices) for index in range(draw(st.integers(0, 9))))
    pairs = [(t.task_id, d.device_id) for t in tasks for d in devices if t.site_id == d.site_id]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)) if pairs else []
    limit = draw(st.none() | st.integers(0, 4)) if most_moves else None
    return Problem(
        devices,
        tasks,
        pins=dict(chosen[:1]),
        forbidden=frozenset(chosen[1:]),
        limits=Limits(max_migrations=limit),
    )


def carry_out(problem: Problem, plan: Plan) -> Problem:
    """*problem* once *plan* has been carried out."""
    tasks = tuple(replace(t, device_id=plan.allocation[t.task_id]) for t in problem.tasks)
    return replace(problem, tasks=tasks)


def build_sites(problem: Problem) -> list[Site]:
    """The sites of *problem* that have a task to place."""
    sites = [build_site(problem, name) for name in problem.sites()]
    return [site for site in sites if len(site.load)]


def find_optimum(site: Site, *, integer: bool) -> float:
    """Watts of the best that the full model of *site* allows."""
    model = formulate(site, np.isfinite(site.cost), integer=integer)
    if model.place:
        assert solve_with_highs(model.problem, EFFORT, {}).outcome == "optimal"
    return float(model.problem.objective.value() or 0.0) + model.constant


@st.composite
def clones(draw: st.DrawFn) -> Problem:
    """One site of up to 4 devices and 12 tasks of one or two kinds, anywhere or nowhere yet."""
    devices = tuple(
        replace(_draw_device(draw, index), site_id="north")
        for index in range(draw(st.integers(2, 4)))
    )
    models = [_draw_task(draw, index, devices) for index in range(draw(st.integers(1, 2)))]
    homes = st.sampled_from((None, *(device.device_id for device in devices)))
    tasks = tuple(
        replace(draw(st.sampled_from(models)), task_id=f"t{index}", device_id=draw(homes))
        for index in range(draw(st.integers(1, 12)))
    )
    limit = draw(st.none() | st.integers(0, 4))
    return Problem(devices, tasks, limits=Limits(max_migrations=limit))


def _draw_device(draw: st.DrawFn, index: int) -> Device:
    return Device(
        f"d{index}",
        draw(st.sampled_from(("north", "south"))),
        capacity_pct=draw(st.sampled_from((50.0, 100.0, 200.0))),
        energy_w_per_pct=draw(st.sampled_from((0.4, 0.8, 1.5))),
        response_ms=draw(st.sampled_from((5.0, 20.0))),
        health=draw(st.sampled_from((1.0, 1.0, 0.6, 0.1))),
        capabilities=frozenset(draw(st.sets(st.sampled_from(CAPABILITIES)))),
        drained=draw(st.integers(0, 9)) == 0,
    )


def _draw_task(draw: st.DrawFn, index: int, devices: tuple[Device, ...]) -> Task:
    site = draw(st.sampled_from(sorted({device.site_id for device in devices})))
    homes = [device.device_id for device in devices if device.site_id == site]
    return Task(
        f"t{index}",
        site,
        load_pct=draw(st.sampled_from((0.0, 5.0, 17.0, 40.0, 300.0))),
        deadline_ms=draw(st.sampled_from((None, 30.0, 200.0))),
        priority=draw(st.sampled_from((1.0, 4.0))),
        capability=draw(st.sampled_from((None, None, *CAPABILITIES))),
        device_id=draw(st.sampled_from((None, *homes))),
    )
