"""A plan made better by many small changes at a time: tasks move, or two of them change places.

Where devices are full and tasks lumpy, moving either of two tasks alone does not pay.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Ints
from tocsin.planning.moves.greedy import no_time_limit
from tocsin.planning.moves.trades import NOBODY, Trades, find_trades
from tocsin.planning.proof.bound import Bound
from tocsin.planning.proof.shortlist import draw_devices

MOST_ROUNDS = 60
MOST_CHANGES = 2**20  # looked at in a round: where there are more, each task has fewer places
LEAST_PLACES = 8
LEAST_SHARE = 1e-5  # of the objective: a round that gains less is the last


def improve_by_exchanges(
    site: Site,
    allocation: Ints,
    bound: Bound,
    enough: float,
    left_s: Callable[[], float] = no_time_limit,
) -> Ints:
    """*allocation* ``[t]`` after rounds of changes, the best of each device at a time.

    For as long as they gain, the objective is above *enough* watts and time is left; within the
    limit on migrations. At a large site each task goes to the devices only where it costs least at
    the duals of *bound*.
    """
    objective = site.objective(allocation)
    places = _choose_places(site, bound, objective)
    for _ in range(MOST_ROUNDS):
        if left_s() <= 0 or objective <= enough:
            break
        most_moves = site.most_moves - site.count_moves(allocation)
        trades = find_trades(site, allocation, places, most_moves, left_s)
        allocation = _carry_out(site, trades, allocation, most_moves)
        before, objective = objective, site.objective(allocation)
        if before - objective <= LEAST_SHARE * abs(objective):
            break
    return allocation


def _choose_places(site: Site, bound: Bound, objective: float) -> Ints:
    """Where each task may go, ``[t, n]``: to any device where there are few pairs of tasks."""
    tasks, devices = site.cost.shape
    count = max(MOST_CHANGES * devices // tasks**2, LEAST_PLACES)
    # What the plan is above the bound is spread over the devices: more than that no change saves.
    return draw_devices(bound.reduced, count, max(objective - bound.value, 0.0) / devices)


def _carry_out(site: Site, trades: Trades, allocation: Ints, most_moves: int) -> Ints:
    """*allocation* ``[t]`` after those of *trades* that share no device with a better one."""
    allocation = allocation.copy()
    free: Bools = np.ones(len(site.devices), dtype=bool)
    changes = zip(
        trades.task.tolist(),
        trades.device.tolist(),
        trades.other.tolist(),
        trades.moves.tolist(),
        strict=True,
    )
    for task, device, other, moves in changes:
        here = allocation[task]
        # Each change alone kept to the limit; after those before it this one may not.
        if not (free[here] and free[device]) or moves > most_moves:
            continue
        free[[here, device]] = False
        most_moves -= moves
        allocation[task] = device
        if other != NOBODY:
            allocation[other] = here
    return allocation
