"""The benchmark's figures, taken on fleets small enough for a test."""

from __future__ import annotations

from benchmarks.rebalancing.fleet import carried_out, fleet
from benchmarks.rebalancing.measure import event, plainly, tocsin
from tocsin.planning.solve import solve


def test_a_case_is_proven_and_no_worse_than_greedy() -> None:
    ours = tocsin(60, 12, 2, limit_s=10.0)
    greedy = plainly("greedy", (60, 12, 2), limit_s=10.0, bound=ours["bound"])
    assert ours["gap"] <= 0.01
    assert ours["objective"] <= greedy["objective"]
    assert ours["memory_mb"] > 1


def test_a_failed_device_moves_only_what_ran_on_it() -> None:
    figures = event(60, 10)
    assert figures["moves"] >= figures["on_failed_device"] > 0
    assert figures["needless_moves"] == 0


def test_a_fleet_is_the_same_for_the_same_seed() -> None:
    assert fleet(20, 5, 1) == fleet(20, 5, 1)
    assert fleet(20, 5, 1) != fleet(20, 5, 1, seed=8)


def test_a_plan_carried_out_leaves_nothing_to_do() -> None:
    problem = fleet(60, 10, 1)
    assert not solve(carried_out(problem, solve(problem))).migrations
