"""Plans made by putting one task after the other where it costs least: quick, and never empty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.draft import Running, running

ENOUGH_W = 1e-6  # a smaller gain may be rounding, and would have tasks change places for ever
MOST_PASSES = 20
UNASKED = 64  # moves between two looks at the clock: so many are made though no time is left


def endless() -> float:
    """Seconds left where nothing presses."""
    return float("inf")


def staying(site: Site) -> Ints:
    """Every task where it is; those that cannot stay, and new ones, where they cost least."""
    tasks = np.arange(len(site.load))
    here = (site.present != NOWHERE) & np.isfinite(site.cost[tasks, site.present])
    state = running(site, np.where(here, site.present, NOWHERE))
    homeless = np.flatnonzero(~here)
    for task in homeless[np.argsort(-site.load[homeless], kind="stable")].tolist():
        device = int(state.prices(task).argmin())
        state.allocation[task] = device
        state.load(device, site.load[task])
    return state.allocation


def improved(
    site: Site, allocation: Ints, tasks: Ints, left_s: Callable[[], float] = endless
) -> Ints:
    """*allocation* after moving *tasks* singly, heaviest first, for as long as one pays."""
    order = tasks[np.argsort(-site.load[tasks], kind="stable")]
    for _ in range(MOST_PASSES):
        state = running(site, allocation.copy())
        for done, task in enumerate(order[_gains(state, order) > ENOUGH_W].tolist()):
            if done % UNASKED == UNASKED - 1 and left_s() <= 0:
                return state.allocation
            _move(state, task)
        if np.array_equal(state.allocation, allocation):
            break
        allocation = state.allocation
    return allocation


def affected(site: Site, allocation: Ints) -> Bools:
    """``[t]``: on a device that carries more than it can, or where they must not be."""
    over = site.loads(allocation) > site.usable + ENOUGH_W
    tasks = np.arange(len(site.load))
    return np.asarray(over[allocation] | site.misplaced[tasks, allocation])


def within_limit(site: Site, allocation: Ints, reduced: Floats) -> Ints:
    """*allocation* with so many migrations undone that it keeps to the limit, first those that cost
    least by *reduced* ``[t, d]``, the watts by which a pair is dearer than the best."""
    excess = site.moves(allocation) - site.most_moves
    if excess <= 0:
        return allocation
    tasks = np.arange(len(site.load))
    regret = reduced[tasks, site.present] - reduced[tasks, allocation]
    away = np.flatnonzero(site.counted & (allocation != site.present) & np.isfinite(regret))
    undone = away[np.argsort(regret[away], kind="stable")][:excess]
    allocation = allocation.copy()
    allocation[undone] = site.present[undone]
    return allocation


def _gains(state: Running, tasks: Ints) -> Floats:
    """Watts that the best move of each of *tasks* ``[n]`` alone would save, ``[n]``."""
    site, here, load = state.site, state.allocation[tasks], state.site.load[tasks]
    devices = np.arange(len(state.carried))
    added = site.price.at(devices, state.carried[:, None] + load) - state.paid[:, None]
    left = site.price.at(here, (state.carried[here] - load)[:, None])[:, 0]
    best = (site.cost[tasks] + added.T).min(axis=1)
    return np.asarray(site.cost[tasks, here] + state.paid[here] - left - best)


def _move(state: Running, task: int) -> None:
    """Put *task* where it costs least, if allowed."""
    site, source, home = state.site, int(state.allocation[task]), int(state.site.present[task])
    counted = bool(site.counted[task])
    if counted and source == home and state.moves >= site.most_moves:
        return
    state.load(source, -site.load[task])
    prices = state.prices(task)
    target = int(prices.argmin())
    target = target if prices[target] < prices[source] - ENOUGH_W else source
    state.load(target, site.load[task])
    state.allocation[task] = target
    state.moves += int(counted) * (int(target != home) - int(source != home))
