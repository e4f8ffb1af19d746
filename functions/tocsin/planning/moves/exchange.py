"""Two tasks change places where moving either alone does not pay: devices are full, tasks lumpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.greedy import ENOUGH_W, no_time_limit

MOST_ROUNDS = 10
BLOCK = 64  # tasks looked at in one go: few enough that most of what they find is still true after


def improve_by_exchanges(
    site: Site, allocation: Ints, enough: float, left_s: Callable[[], float] = no_time_limit
) -> Ints:
    """*allocation* ``[t]`` after the best exchange of each task with any other.

    For as long as one pays, the objective is above *enough* watts and time is left; within the
    limit on migrations.
    """
    allocation = allocation.copy()
    for _ in range(MOST_ROUNDS):
        before = allocation.copy()
        for first in range(0, len(allocation), BLOCK):
            if left_s() <= 0 or site.objective(allocation) <= enough:
                return allocation
            _exchange_best(site, np.arange(first, min(first + BLOCK, len(allocation))), allocation)
        if np.array_equal(before, allocation):
            break
    return allocation


def _exchange_best(site: Site, tasks: Ints, allocation: Ints) -> None:
    """Make the best exchanges of *tasks* ``[n]``, best first; *allocation* ``[t]`` changes.

    No two of them on one device: the gains were found for the loads before, and an exchange changes
    those of its two devices only.
    """
    gains = _price_exchanges(site, tasks, allocation, site.device_loads(allocation))
    if site.most_moves < site.counted.sum():
        left = site.most_moves - site.count_moves(allocation)
        gains[_count_more_moves(site, tasks, allocation) > left] = -np.inf
    others = gains.argmax(axis=1)
    gain = gains[np.arange(len(tasks)), others]
    free: Bools = np.ones(len(site.devices), dtype=bool)
    for index in np.argsort(-gain, kind="stable").tolist():
        if gain[index] <= ENOUGH_W:
            return
        pair = np.array([tasks[index], others[index]])
        if free[allocation[pair]].all():
            before = allocation[pair]
            free[before] = False
            allocation[pair] = before[::-1]
            # Each exchange alone kept to the limit; after those before it this one may not.
            if site.count_moves(allocation) > site.most_moves:
                allocation[pair] = before


def _count_more_moves(site: Site, tasks: Ints, allocation: Ints) -> Ints:
    """How many more limited migrations each exchange of *tasks* ``[n]`` makes, ``[n, t]``."""
    away = site.counted & (allocation != site.present)
    here = allocation[tasks, None]
    going = site.counted[tasks, None] & (allocation != site.present[tasks, None])
    coming = site.counted & (here != site.present)
    # What both are after the exchange, less what both are now.
    return np.asarray(going.astype(np.int64) + coming - away - away[tasks, None])


def _price_exchanges(site: Site, tasks: Ints, allocation: Ints, carried: Floats) -> Floats:
    """Watts saved by exchanging each of *tasks* ``[n]`` with each task, ``[n, t]``; minus infinity
    where that must not be or changes nothing. *carried*: ``[d]`` percent."""
    everyone, here = np.arange(len(allocation)), allocation[tasks]
    paid = site.price.charge(carried)
    shift = (
        site.load - site.load[tasks, None]
    )  # percent that comes to the device of each of *tasks*
    # Running costs of both in their new places, less those in their old ones.
    running = site.cost[tasks[:, None], allocation] + site.cost[:, here].T
    running -= site.cost[tasks, here][:, None] + site.cost[everyone, allocation]
    # Of the loads only the difference moves, to one device and from the other.
    load = site.price.charge_trials(here, carried[here, None] + shift) - paid[here, None]
    there = site.price.charge_trials(allocation, (carried[allocation] - shift).T).T
    load += there - paid[allocation]
    return np.where(allocation == here[:, None], -np.inf, -running - load)
