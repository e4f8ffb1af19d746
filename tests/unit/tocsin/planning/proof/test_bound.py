"""The bound from few columns holds for the full model, and is the full relaxation's optimum."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.fleet import build_fleet
from tests.unit.tocsin.planning.fleets import EFFORT, build_sites, find_optimum, problems
from tocsin.planning.arrays.site import Site
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.relax import CLOSE, solve_relaxation
from tocsin.planning.models.solver import solve_with_highs
from tocsin.planning.moves.greedy import improve_by_moves, no_time_limit, stay_in_place
from tocsin.planning.problem import Problem
from tocsin.planning.proof.ascent import climb_to_bound
from tocsin.planning.proof.bound import Duals, prove_bound, prove_bound_by_plan


def _solve_full_relaxation(site: Site) -> float:
    return find_optimum(site, integer=False)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_reduced_models_prove_the_full_relaxations_bound(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = stay_in_place(site)
        full = _solve_full_relaxation(site)
        found = solve_relaxation(
            site,
            prove_bound_by_plan(site, plan),
            (plan,),
            solve_with_highs,
            lambda: EFFORT,
            first=1,
        )
        assert found is not None
        assert found.bound.value <= full * (1 + 1e-6) + 1e-6
        assert found.bound.value >= full * (1 - 2 * CLOSE) - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems())
def test_climbed_duals_prove_a_bound(problem: Problem) -> None:
    for site in build_sites(problem):
        objective = site.objective(stay_in_place(site))
        bound = climb_to_bound(site, objective, np.inf, no_time_limit)
        full = _solve_full_relaxation(site)
        assert bound.value <= full + 1e-9 * abs(full) + 1e-6


def test_climbed_duals_are_nearly_the_best_on_a_real_site() -> None:
    (site,) = build_sites(build_fleet(200, 25, 1))
    plan = improve_by_moves(site, stay_in_place(site), np.arange(200))
    bound = climb_to_bound(site, site.objective(plan), np.inf, no_time_limit)
    assert bound.value >= 0.998 * _solve_full_relaxation(site)


@settings(max_examples=60, deadline=None)
@given(problems(), st.floats(-5, 60), st.floats(0, 20))
def test_any_duals_prove_a_bound(problem: Problem, load_w: float, move_w: float) -> None:
    for site in build_sites(problem):
        bound = prove_bound(site, Duals(np.full(len(site.devices), load_w), move_w))
        assert bound.value <= _solve_full_relaxation(site) + 1e-6


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_plan_using_a_pair_costs_its_reduced_cost_more(problem: Problem) -> None:
    for site in build_sites(problem):
        if len(site.devices) ** len(site.load) > 300:
            continue
        bound = prove_bound_by_plan(site, stay_in_place(site))
        for choice in itertools.product(range(len(site.devices)), repeat=len(site.load)):
            plan = np.array(choice)
            if site.count_moves(plan) <= site.most_moves:
                dearest = bound.reduced[np.arange(len(plan)), plan].max()
                assert site.objective(plan) >= bound.value + dearest - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_model_charges_what_the_site_does(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = stay_in_place(site)
        columns = np.zeros(site.cost.shape, dtype=bool)
        columns[np.arange(len(plan)), plan] = True
        first = int(np.isfinite(site.cost).sum(axis=1).argmax())
        # Equal tasks share their variables: where one of them may go, any of them may.
        equal = np.flatnonzero(site.kind == site.kind[first])
        columns[equal] = np.isfinite(site.cost[equal])
        places = [np.flatnonzero(columns[task]) for task in equal]
        if math.prod(map(len, places)) > 300:
            continue
        model = formulate(site, columns, integer=True)
        if not model.place:
            continue
        assert solve_with_highs(model.problem, EFFORT, {}).outcome == "optimal"
        best = np.inf
        for choice in itertools.product(*places):
            other = plan.copy()
            other[equal] = choice
            if site.count_moves(other) <= site.most_moves:
                best = min(best, site.objective(other))
        value = float(model.problem.objective.value()) + model.constant
        assert value == pytest.approx(best, rel=1e-3)
