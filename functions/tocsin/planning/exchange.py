"""Two tasks change places where moving either alone does not pay: devices are full, tasks lumpy."""

from __future__ import annotations

import numpy as np

from tocsin.planning.greedy import ENOUGH_W
from tocsin.planning.load_price import Floats
from tocsin.planning.site import Ints, Site

MOST_ROUNDS = 3


def exchanged(site: Site, allocation: Ints) -> Ints:
    """*allocation* after the best exchange of each task with any other, while one pays.

    Leaves it as it is where the limit on migrations is reached.
    """
    allocation, carried = allocation.copy(), site.loads(allocation)
    for _ in range(MOST_ROUNDS):
        before = allocation.copy()
        for task in range(len(allocation)):
            if site.moves(allocation) + 2 > site.most_moves:
                return allocation
            _exchange(site, task, allocation, carried)
        if np.array_equal(before, allocation):
            break
    return allocation


def _exchange(site: Site, task: int, allocation: Ints, carried: Floats) -> None:
    gains = _gains(site, task, allocation, carried)
    other = int(gains.argmax())
    if gains[other] <= ENOUGH_W:
        return
    here, there = int(allocation[task]), int(allocation[other])
    shift = site.load[other] - site.load[task]
    carried[here] += shift
    carried[there] -= shift
    allocation[task], allocation[other] = there, here


def _gains(site: Site, task: int, allocation: Ints, carried: Floats) -> Floats:
    """Watts saved by exchanging *task* with each other, ``[t]``; minus infinity where it must not
    be."""
    here, tasks = int(allocation[task]), np.arange(len(allocation))
    shift = site.load - site.load[task]
    before = site.cost[task, here] + site.cost[tasks, allocation]
    after = site.cost[task, allocation] + site.cost[:, here]
    heres = np.full(len(tasks), here)
    price = site.price
    load = price.at(heres, carried[here] + shift) + price.at(
        allocation, carried[allocation] - shift
    )
    load -= site.price.of(carried)[allocation] + site.price.of(carried)[here]
    return np.asarray(np.where(allocation == here, -np.inf, before - after - load))
