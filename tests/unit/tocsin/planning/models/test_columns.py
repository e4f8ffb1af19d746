"""Equal tasks share variables, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.measure import clones as measured
from tests.unit.tocsin.planning.fleets import EFFORT, clones, optimum, problems, sites
from tocsin.planning.arrays.site import Site
from tocsin.planning.models.columns import columns_of, counts_of, placed
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.solution import allocation_of
from tocsin.planning.models.solver import highs
from tocsin.planning.moves import greedy
from tocsin.planning.problem import Problem


def _apart(site: Site) -> Site:
    """*site* with a kind of its own for each task."""
    return replace(site, kind=np.arange(len(site.kind)))


@settings(max_examples=80, deadline=None)
@given(problems() | clones(), st.booleans())
def test_sharing_variables_changes_no_optimum(problem: Problem, integer: bool) -> None:
    for site in sites(problem):
        shared, apart = (optimum(one, integer=integer) for one in (site, _apart(site)))
        assert shared == pytest.approx(apart, rel=3e-4, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(clones())
def test_the_tasks_of_a_solution_cost_what_the_model_says(problem: Problem) -> None:
    for site in sites(problem):
        model = formulate(site, np.isfinite(site.cost), integer=True)
        if not model.place:
            continue
        assert highs(model.problem, EFFORT, {}).outcome == "optimal"
        plan = allocation_of(model, site)
        value = float(model.problem.objective.value()) + model.constant
        assert site.objective(plan) <= value * (1 + 1e-6) + 1e-6
        assert site.moves(plan) <= site.most_moves


@settings(max_examples=80, deadline=None)
@given(problems() | clones(), st.randoms(use_true_random=False))
def test_counting_and_placing_again_keeps_the_cost(problem: Problem, random: Random) -> None:
    for site in sites(problem):
        allowed = [np.flatnonzero(np.isfinite(row)).tolist() for row in site.cost]
        plan = np.array([random.choice(places) for places in allowed])
        columns = columns_of(site, np.isfinite(site.cost))
        again = placed(site, columns, counts_of(site, columns, plan))
        assert site.objective(again) <= site.objective(plan) + 1e-6
        assert np.allclose(site.loads(again), site.loads(plan))
        assert site.moves(again) <= site.moves(plan)


@settings(max_examples=60, deadline=None)
@given(problems() | clones())
def test_a_rounded_relaxation_places_every_task(problem: Problem) -> None:
    for site in sites(problem):
        model = formulate(site, np.isfinite(site.cost), integer=False)
        if model.place:
            assert highs(model.problem, EFFORT, {}).outcome == "optimal"
        plan = allocation_of(model, site)
        assert np.isfinite(site.objective(plan))
        assert site.moves(greedy.within_limit(site, plan, site.cost)) <= site.most_moves


def test_a_fleet_of_clones_has_a_small_model() -> None:
    figures = measured(200, 20, 4)
    assert figures["gap"] <= 0.01
    assert 10 * figures["variables"] < figures["variables_without_kinds"]
