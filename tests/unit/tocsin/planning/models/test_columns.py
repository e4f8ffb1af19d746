"""Equal tasks share variables, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.measure import measure_clones
from tests.unit.tocsin.planning.fleets import EFFORT, build_sites, clones, find_optimum, problems
from tocsin.planning.arrays.site import Site
from tocsin.planning.models.columns import build_columns, count_columns, place_tasks
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solution import read_allocation
from tocsin.planning.models.solver import solve_with_highs
from tocsin.planning.moves.greedy import undo_excess_moves
from tocsin.planning.problem import Problem


def _separate_kinds(site: Site) -> Site:
    """*site* with a kind of its own for each task."""
    return replace(site, kind=np.arange(len(site.kind)))


@settings(max_examples=80, deadline=None)
@given(problems() | clones(), st.booleans())
def test_sharing_variables_changes_no_optimum(problem: Problem, integer: bool) -> None:
    for site in build_sites(problem):
        shared, apart = (
            find_optimum(other, integer=integer) for other in (site, _separate_kinds(site))
        )
        assert shared == pytest.approx(apart, rel=3e-4, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(clones())
def test_the_tasks_of_a_solution_cost_what_the_model_says(problem: Problem) -> None:
    for site in build_sites(problem):
        model = formulate(site, np.isfinite(site.cost), integer=True)
        if not model.place:
            continue
        assert solve_with_highs(model.problem, EFFORT, {}).outcome == "optimal"
        plan = read_allocation(model, site)
        value = float(model.problem.objective.value()) + model.constant
        assert site.objective(plan) <= value * (1 + 1e-6) + 1e-6
        assert site.count_moves(plan) <= site.most_moves


@settings(max_examples=80, deadline=None)
@given(problems() | clones(), st.randoms(use_true_random=False))
def test_counting_and_placing_again_keeps_the_cost(problem: Problem, random: Random) -> None:
    for site in build_sites(problem):
        allowed = [np.flatnonzero(np.isfinite(row)).tolist() for row in site.cost]
        plan = np.array([random.choice(places) for places in allowed])
        columns = build_columns(site, np.isfinite(site.cost))
        again = place_tasks(site, columns, count_columns(site, columns, plan))
        assert site.objective(again) <= site.objective(plan) + 1e-6
        assert np.allclose(site.device_loads(again), site.device_loads(plan))
        assert site.count_moves(again) <= site.count_moves(plan)


@settings(max_examples=60, deadline=None)
@given(problems() | clones())
def test_a_rounded_relaxation_places_every_task(problem: Problem) -> None:
    for site in build_sites(problem):
        model = formulate(site, np.isfinite(site.cost), integer=False)
        if model.place:
            assert solve_with_highs(model.problem, EFFORT, {}).outcome == "optimal"
        plan = read_allocation(model, site)
        assert np.isfinite(site.objective(plan))
        assert site.count_moves(undo_excess_moves(site, plan, site.cost)) <= site.most_moves


def test_a_fleet_of_clones_has_a_small_model() -> None:
    figures = measure_clones(200, 20, 4)
    assert figures["gap"] <= 0.01
    assert 10 * figures["variables"] < figures["variables_without_kinds"]
