"""The bound from few columns holds for the full model, and is the full relaxation's optimum."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.fleet import fleet
from tests.unit.tocsin.planning.fleets import EFFORT, optimum, problems, sites
from tocsin.planning.arrays.site import Site
from tocsin.planning.models.formulation import formulate
from tocsin.planning.models.relax import CLOSE, relaxed
from tocsin.planning.models.solver import highs
from tocsin.planning.moves import greedy
from tocsin.planning.problem import Problem
from tocsin.planning.proof.ascent import ascended
from tocsin.planning.proof.bound import Duals, lagrangian, marginal


def _full_relaxation(site: Site) -> float:
    return optimum(site, integer=False)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_reduced_models_prove_the_full_relaxations_bound(problem: Problem) -> None:
    for site in sites(problem):
        plan = greedy.staying(site)
        full = _full_relaxation(site)
        found = relaxed(site, marginal(site, plan), (plan,), highs, lambda: EFFORT, first=1)
        assert found is not None
        assert found.bound.value <= full * (1 + 1e-6) + 1e-6
        assert found.bound.value >= full * (1 - 2 * CLOSE) - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems())
def test_ascended_duals_prove_a_bound(problem: Problem) -> None:
    for site in sites(problem):
        objective = site.objective(greedy.staying(site))
        bound = ascended(site, objective, np.inf, greedy.endless)
        assert bound.value <= _full_relaxation(site) * (1 + 1e-9) + 1e-6


def test_ascended_duals_are_nearly_the_best_on_a_real_site() -> None:
    (site,) = sites(fleet(200, 25, 1))
    plan = greedy.improved(site, greedy.staying(site), np.arange(200))
    bound = ascended(site, site.objective(plan), np.inf, greedy.endless)
    assert bound.value >= 0.998 * _full_relaxation(site)


@settings(max_examples=60, deadline=None)
@given(problems(), st.floats(-5, 60), st.floats(0, 20))
def test_any_duals_prove_a_bound(problem: Problem, load_w: float, move_w: float) -> None:
    for site in sites(problem):
        bound = lagrangian(site, Duals(np.full(len(site.devices), load_w), move_w))
        assert bound.value <= _full_relaxation(site) + 1e-6


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_plan_using_a_pair_costs_its_reduced_cost_more(problem: Problem) -> None:
    for site in sites(problem):
        if len(site.devices) ** len(site.load) > 300:
            continue
        bound = marginal(site, greedy.staying(site))
        for choice in itertools.product(range(len(site.devices)), repeat=len(site.load)):
            plan = np.array(choice)
            if site.moves(plan) <= site.most_moves:
                dearest = bound.reduced[np.arange(len(plan)), plan].max()
                assert site.objective(plan) >= bound.value + dearest - 1e-6


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_model_charges_what_the_site_does(problem: Problem) -> None:
    for site in sites(problem):
        plan = greedy.staying(site)
        columns = np.zeros(site.cost.shape, dtype=bool)
        columns[np.arange(len(plan)), plan] = True
        first = int(np.isfinite(site.cost).sum(axis=1).argmax())
        columns[first] = np.isfinite(site.cost[first])
        model = formulate(site, columns, integer=True)
        if not model.place:
            continue
        assert highs(model.problem, EFFORT, {}).outcome == "optimal"
        best = min(
            site.objective(other)
            for device in np.flatnonzero(columns[first])
            if site.moves(other := np.where(np.arange(len(plan)) == first, device, plan))
            <= site.most_moves
        )
        value = float(model.problem.objective.value()) + model.constant
        assert value == pytest.approx(best, rel=1e-3)
