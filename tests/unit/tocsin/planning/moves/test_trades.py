"""A trade saves what it says, and trades that share no device save what they say together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.unit.tocsin.planning.fleets import build_sites, problems
from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.moves.exchange import improve_by_exchanges
from tocsin.planning.moves.greedy import ENOUGH_W, no_time_limit, stay_in_place
from tocsin.planning.moves.trades import NOBODY, Trades, find_trades
from tocsin.planning.problem import Device, Limits, Problem, Task
from tocsin.planning.proof.bound import prove_bound_by_plan

# Both devices are full. Only the old one answers too late for the urgent task.
FULL = (
    Device("old", "s", 100.0, 1.0, 40.0),
    Device("new", "s", 100.0, 1.0, 5.0),
)
TASKS = (
    Task("urgent", "s", load_pct=78.0, deadline_ms=100.0, priority=5.0, device_id="old"),
    Task("patient", "s", load_pct=78.0, device_id="new"),
)


def _find(site: Site, plan: Ints, most_moves: int = 99) -> Trades:
    places = np.broadcast_to(np.arange(len(site.devices)), site.cost.shape)
    return find_trades(site, plan, places, most_moves, no_time_limit)


def _make(plan: Ints, task: int, device: int, other: int) -> Ints:
    made = plan.copy()
    if other != NOBODY:
        made[other] = plan[task]
    made[task] = device
    return made


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_trade_saves_what_it_says(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = stay_in_place(site)
        trades = _find(site, plan)
        for index, task in enumerate(trades.task.tolist()):
            made = _make(plan, task, int(trades.device[index]), int(trades.other[index]))
            saved = site.objective(plan) - site.objective(made)
            assert trades.gain[index] == pytest.approx(saved, rel=1e-6, abs=1e-6)
            assert trades.moves[index] == site.count_moves(made) - site.count_moves(plan)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_no_trade_that_saves_is_overlooked(problem: Problem) -> None:
    for site in build_sites(problem):
        plan = stay_in_place(site)
        savings = [
            site.objective(plan) - site.objective(_make(plan, task, device, other))
            for task in range(len(plan))
            for device in np.flatnonzero(np.isfinite(site.cost[task])).tolist()
            for other in (NOBODY, *np.flatnonzero(plan == device).tolist())
            if device != plan[task]
        ]
        best = max(savings, default=0.0)
        found = _find(site, plan).gain
        if best > 2 * ENOUGH_W:
            assert found[0] >= best - 1e-6 * (1.0 + best)
        else:
            assert len(found) == 0


def test_two_tasks_change_places_where_neither_can_move_alone() -> None:
    site = build_site(Problem(FULL, TASKS), "s")
    plan = stay_in_place(site)
    trades = _find(site, plan)
    assert trades.other[0] != NOBODY
    assert trades.moves[0] == 2
    bound = prove_bound_by_plan(site, plan)
    assert improve_by_exchanges(site, plan, bound, -np.inf).tolist() == [1, 0]


def test_an_exchange_keeps_to_the_limit_on_migrations() -> None:
    site = build_site(Problem(FULL, TASKS, limits=Limits(max_migrations=1)), "s")
    plan = stay_in_place(site)
    assert (_find(site, plan, most_moves=1).moves <= 1).all()
    bound = prove_bound_by_plan(site, plan)
    assert site.count_moves(improve_by_exchanges(site, plan, bound, -np.inf)) <= 1
