"""Two tasks change places where moving either alone does not pay: devices are full, tasks lumpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.greedy import ENOUGH_W, endless

MOST_ROUNDS = 10
BLOCK = 64  # tasks looked at in one go: few enough that most of what they find is still true after


def exchanged(
    site: Site, allocation: Ints, enough: float, left_s: Callable[[], float] = endless
) -> Ints:
    """*allocation* after the best exchange of each task with any other, for as long as one pays,
    the objective is above *enough* watts and time is left; within the limit on migrations."""
    allocation = allocation.copy()
    for _ in range(MOST_ROUNDS):
        before = allocation.copy()
        for first in range(0, len(allocation), BLOCK):
            if left_s() <= 0 or site.objective(allocation) <= enough:
                return allocation
            _exchange(site, np.arange(first, min(first + BLOCK, len(allocation))), allocation)
        if np.array_equal(before, allocation):
            break
    return allocation


def _exchange(site: Site, tasks: Ints, allocation: Ints) -> None:
    """Make the best exchanges of *tasks*, best first, no two of them on one device."""
    gains = _gains(site, tasks, allocation, site.loads(allocation))
    if site.most_moves < site.counted.sum():
        left = site.most_moves - site.moves(allocation)
        gains[_more_moves(site, tasks, allocation) > left] = -np.inf
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
            if site.moves(allocation) > site.most_moves:
                allocation[pair] = before


def _more_moves(site: Site, tasks: Ints, allocation: Ints) -> Ints:
    """How many more limited migrations each exchange makes, ``[n, t]``."""
    away = site.counted & (allocation != site.present)
    here = allocation[tasks, None]
    going = site.counted[tasks, None] & (allocation != site.present[tasks, None])
    coming = site.counted & (here != site.present)
    return np.asarray(going.astype(np.int64) + coming - away - away[tasks, None])


def _gains(site: Site, tasks: Ints, allocation: Ints, carried: Floats) -> Floats:
    """Watts saved by exchanging each of *tasks* ``[n]`` with each other, ``[n, t]``; minus infinity
    where it must not be."""
    everyone, here = np.arange(len(allocation)), allocation[tasks]
    paid = site.price.of(carried)
    shift = site.load - site.load[tasks, None]
    running = site.cost[tasks[:, None], allocation] + site.cost[:, here].T
    running -= site.cost[tasks, here][:, None] + site.cost[everyone, allocation]
    load = site.price.at(here, carried[here, None] + shift) - paid[here, None]
    load += site.price.at(allocation, (carried[allocation] - shift).T).T - paid[allocation]
    return np.where(allocation == here[:, None], -np.inf, -running - load)
