"""Moves and exchanges make a plan cheaper or leave it, and keep to what is allowed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from tests.unit.tocsin.planning.fleets import build_sites, problems
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.moves.exchange import improve_by_exchanges
from tocsin.planning.moves.filling import plan_from_prices
from tocsin.planning.moves.greedy import improve_by_moves, stay_in_place, undo_excess_moves
from tocsin.planning.problem import Problem
from tocsin.planning.proof.bound import prove_bound_by_plan


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_task_that_can_stay_stays(problem: Problem) -> None:
    for site in build_sites(problem):
        stay = stay_in_place(site)
        able = (site.present != NOWHERE) & np.isfinite(
            site.cost[np.arange(len(stay)), site.present]
        )
        assert (stay[able] == site.present[able]).all()
        assert np.isfinite(site.objective(stay))
        assert site.count_moves(stay) == 0


@settings(max_examples=40, deadline=None)
@given(problems())
def test_moves_and_exchanges_never_make_a_plan_dearer(problem: Problem) -> None:
    for site in build_sites(problem):
        stay = stay_in_place(site)
        moved = improve_by_moves(site, stay, np.arange(len(stay)))
        bound = prove_bound_by_plan(site, moved)
        exchanged = improve_by_exchanges(site, moved, bound, -np.inf)
        assert site.objective(moved) <= site.objective(stay) + 1e-6
        assert site.objective(exchanged) <= site.objective(moved) + 1e-6
        assert max(site.count_moves(moved), site.count_moves(exchanged)) <= site.most_moves


@settings(max_examples=40, deadline=None)
@given(problems())
def test_a_plan_from_prices_is_one_that_may_be(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = plan_from_prices(site, prove_bound_by_plan(site, stay_in_place(site)))
        assert np.isfinite(site.objective(plan))
        assert site.count_moves(plan) <= site.most_moves


@settings(max_examples=40, deadline=None)
@given(problems())
def test_undone_are_as_few_moves_as_must_be(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = site.cost.argmin(axis=1)
        kept = undo_excess_moves(site, plan, site.cost)
        assert site.count_moves(kept) == min(site.count_moves(plan), site.most_moves)
