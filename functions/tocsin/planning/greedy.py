"""Plans made by putting one task after the other where it costs least: quick, and never empty."""

from __future__ import annotations

import numpy as np

from tocsin.planning.load_price import Floats
from tocsin.planning.site import NOWHERE, Bools, Ints, Site

ENOUGH_W = 1e-6  # a smaller gain may be rounding, and would have tasks change places for ever
MOST_PASSES = 20


def staying(site: Site) -> Ints:
    """Every task where it is; those that cannot stay, and new ones, where they cost least."""
    tasks = np.arange(len(site.load))
    here = (site.present != NOWHERE) & np.isfinite(site.cost[tasks, site.present])
    allocation = np.where(here, site.present, site.cost.argmin(axis=1))
    homeless = np.flatnonzero(~here)
    carried = np.bincount(allocation[here], site.load[here], len(site.devices)).astype(np.float64)
    for task in homeless[np.argsort(-site.load[homeless], kind="stable")].tolist():
        device = int(_prices(site, task, carried).argmin())
        allocation[task] = device
        carried[device] += site.load[task]
    return allocation


def improved(site: Site, allocation: Ints, tasks: Ints) -> Ints:
    """*allocation* after moving *tasks* singly, heaviest first, for as long as one pays."""
    allocation = allocation.copy()
    order = tasks[np.argsort(-site.load[tasks], kind="stable")].tolist()
    carried, moves = site.loads(allocation), site.moves(allocation)
    for _ in range(MOST_PASSES):
        before = moves, allocation.copy()
        for task in order:
            moves += _move(site, task, allocation, carried, moves)
        if np.array_equal(before[1], allocation):
            break
    return allocation


def affected(site: Site, allocation: Ints) -> Bools:
    """``[t]``: on a device that carries more than it can, or where they must not be."""
    over = site.loads(allocation) > site.usable + ENOUGH_W
    tasks = np.arange(len(site.load))
    return np.asarray(over[allocation] | site.misplaced[tasks, allocation])


def rounded(site: Site, shares: Floats) -> Ints:
    """Each task where the relaxation put most of it ``[t, d]``, within the limit on migrations."""
    allocation: Ints = np.asarray(shares.argmax(axis=1), dtype=np.int64)
    back = site.cost[np.arange(len(site.load)), site.present]
    away = np.flatnonzero(site.counted & (allocation != site.present) & np.isfinite(back))
    excess = site.moves(allocation) - site.most_moves
    if excess > 0:
        stayed = shares[away, site.present[away]]
        undone = away[np.argsort(-stayed, kind="stable")][:excess]
        allocation[undone] = site.present[undone]
    return allocation


def _prices(site: Site, task: int, carried: Floats) -> Floats:
    """What *task* would cost on each device beside what it carries, ``[d]``."""
    added = site.price.of(carried + site.load[task]) - site.price.of(carried)
    return np.asarray(site.cost[task] + added)


def _move(site: Site, task: int, allocation: Ints, carried: Floats, moves: int) -> int:
    """Put *task* where it costs least, if allowed; return the change in limited migrations."""
    source, home = int(allocation[task]), int(site.present[task])
    carried[source] -= site.load[task]
    prices = _prices(site, task, carried)
    if site.counted[task] and source == home and moves >= site.most_moves:
        target = source
    else:
        target = int(prices.argmin())
        target = target if prices[target] < prices[source] - ENOUGH_W else source
    allocation[task] = target
    carried[target] += site.load[task]
    return int(site.counted[task]) * (int(target != home) - int(source != home))
