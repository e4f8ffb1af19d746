"""The benchmark's figures, taken on fleets small enough for a test."""

from __future__ import annotations

from benchmarks.rebalancing.fleet import build_fleet, carry_out
from benchmarks.rebalancing.measure import measure_event, measure_plain_way, measure_tocsin
from tocsin.planning.solve import solve


def test_a_case_is_proven_and_no_worse_than_greedy() -> None:
    ours = measure_tocsin(60, 12, 2, limit_s=10.0)
    greedy = measure_plain_way("greedy", (60, 12, 2), limit_s=10.0, bound=ours["bound"])
    assert ours["gap"] <= 0.01
    assert ours["objective"] <= greedy["objective"]
    assert ours["memory_mb"] > 1


def test_hopeless_tasks_hide_nothing() -> None:
    beside = measure_tocsin(60, 12, 2, limit_s=10.0, hopeless=20)
    assert beside["gap"] <= 0.01
    assert beside["objective"] > 20 * 5_000
    assert beside["objective"] - beside["bound"] < 0.02 * (beside["objective"] - 20 * 5_000)


def test_a_failed_device_moves_only_what_ran_on_it() -> None:
    figures = measure_event(60, 10)
    assert figures["moves"] >= figures["on_failed_device"] > 0
    assert figures["needless_moves"] == 0


def test_a_fleet_is_the_same_for_the_same_seed() -> None:
    assert build_fleet(20, 5, 1) == build_fleet(20, 5, 1)
    assert build_fleet(20, 5, 1) != build_fleet(20, 5, 1, seed=8)


def test_a_plan_carried_out_leaves_nothing_to_do() -> None:
    problem = build_fleet(60, 10, 1)
    assert not solve(carry_out(problem, solve(problem))).migrations
