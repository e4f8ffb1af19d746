"""Plans made by putting one task after the other where it costs least: quick, and never empty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.blocks import cut_blocks
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.draft import Draft

ENOUGH_W = 1e-6  # a smaller gain may be rounding, and would have tasks change places for ever
ROUNDING_PCT = 1e-6  # of load: less may be rounding
MOST_PASSES = 20
UNASKED = 64  # moves between two looks at the clock: so many are made though no time is left


def no_time_limit() -> float:
    """Seconds left where there is no limit."""
    return float("inf")


def stay_in_place(site: Site) -> Ints:
    """Every task where it is, ``[t]``; those that cannot stay, and new ones, where they cost least.

    The heaviest first: while there is room for them.
    """
    tasks = np.arange(len(site.load))
    # NOWHERE would read the last device's cost; the first condition makes that harmless.
    here = (site.present != NOWHERE) & np.isfinite(site.cost[tasks, site.present])
    draft = Draft.of(site, np.where(here, site.present, NOWHERE))
    homeless = np.flatnonzero(~here)
    for task in homeless[np.argsort(-site.load[homeless], kind="stable")].tolist():
        draft.place_cheapest(task)
    return draft.allocation


def improve_by_moves(
    site: Site,
    allocation: Ints,
    tasks: Ints,
    left_s: Callable[[], float] = no_time_limit,
    worth_w: float = 0.0,
) -> Ints:
    """*allocation* ``[t]`` after moving *tasks* singly, heaviest first, for as long as one pays.

    Once all tasks together gain no more than *worth_w* watts, it is not done again.
    """
    objective = site.objective(allocation)
    order = tasks[np.argsort(-site.load[tasks], kind="stable")]
    for _ in range(MOST_PASSES):
        draft = Draft.of(site, allocation.copy())
        # All gains in one go, then only those tasks that have any: most passes move few.
        for done, task in enumerate(order[_find_gains(draft, order) > ENOUGH_W].tolist()):
            if done % UNASKED == UNASKED - 1 and left_s() <= 0:
                return draft.allocation
            _move(draft, task)
        if np.array_equal(draft.allocation, allocation):
            break
        allocation, before = draft.allocation, objective
        objective = site.objective(allocation)
        if before - objective <= worth_w:
            break
    return allocation


def find_misfits(site: Site, allocation: Ints) -> Bools:
    """``[t]``: tasks on a device that carries more than it can, or where they must not be."""
    over = site.device_loads(allocation) > site.usable + ROUNDING_PCT
    tasks = np.arange(len(site.load))
    return np.asarray(over[allocation] | site.misplaced[tasks, allocation])


def undo_excess_moves(site: Site, allocation: Ints, reduced: Floats) -> Ints:
    """*allocation* ``[t]`` with so many migrations undone that it keeps to the limit.

    First those that lose least by it, judged by *reduced* ``[t, d]``, the watts by which a pair is
    dearer than the task's best.
    """
    excess = site.count_moves(allocation) - site.most_moves
    if excess <= 0:
        return allocation
    tasks = np.arange(len(site.load))
    regret = reduced[tasks, site.present] - reduced[tasks, allocation]
    away = np.flatnonzero(site.counted & (allocation != site.present) & np.isfinite(regret))
    undone = away[np.argsort(regret[away], kind="stable")][:excess]
    allocation = allocation.copy()
    allocation[undone] = site.present[undone]
    return allocation


def _find_gains(draft: Draft, tasks: Ints) -> Floats:
    """Watts that the best move of each of *tasks* ``[n]`` alone would save, ``[n]``."""
    gains = np.empty(len(tasks))
    for block in cut_blocks(len(tasks), len(draft.carried)):
        gains[block] = _price_best_moves(draft, tasks[block])
    return gains


def _price_best_moves(draft: Draft, tasks: Ints) -> Floats:
    """The same for a block of tasks."""
    site, here, load = draft.site, draft.allocation[tasks], draft.site.load[tasks]
    devices = np.arange(len(draft.carried))
    # Watts more on each device for each task's load, and watts of the task's own device without it.
    # Its own device is among the targets as if the load came twice, which is no gain: a convex
    # price rises by more than it would fall.
    added = site.price.charge_trials(devices, draft.carried[:, None] + load) - draft.paid[:, None]
    left = site.price.charge_trials(here, (draft.carried[here] - load)[:, None])[:, 0]
    best = (site.cost[tasks] + added.T).min(axis=1)
    return np.asarray(site.cost[tasks, here] + draft.paid[here] - left - best)


def _move(draft: Draft, task: int) -> None:
    """Put *task* where it costs least, if allowed."""
    site, source, home = draft.site, int(draft.allocation[task]), int(draft.site.present[task])
    counted = bool(site.counted[task])
    if counted and source == home and draft.moves >= site.most_moves:
        return
    # Off its device first, so that staying and going are priced alike.
    draft.add_load(source, -site.load[task])
    prices = draft.price_task(task)
    target = int(prices.argmin())
    target = target if prices[target] < prices[source] - ENOUGH_W else source
    draft.add_load(target, site.load[task])
    draft.allocation[task] = target
    draft.moves += int(counted) * (int(target != home) - int(source != home))
