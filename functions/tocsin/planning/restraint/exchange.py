"""Two tasks that change places, where nothing has room for one more.

A task that is late goes where it is in time, and one that counts less, or can wait for longer, goes
to the device in trouble for it. Nobody carries more than it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.load_price import FULLEST, LEAST_PCT
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.restraint.forecast import (
    GROWTH,
    HANGS,
    LATE,
    SAFE,
    Forecast,
    compare_deadlines,
    spread_answers,
)

LIKELY = 0.5  # a chance of being late from which on another task has to make room for one
PER_EXCHANGE = 0.5  # late tasks that an exchange must at least spare: two moves, each a risk
TRIALS = 6  # partners that are tried for a task
MOST_LATE = 30  # tasks that partners are looked for at a time
MOST_EXCHANGES = 30  # as many as the usual limit on moves in a run lets through


@dataclass(frozen=True, slots=True)
class Exchanged:
    """``plan``: ``[t]``. ``partner``: of each task that left a device in trouble, the one that went
    there for it."""

    plan: Ints
    partner: Mapping[int, int]


def exchange_late(forecast: Forecast, plan: Ints, *, free: Bools, closed: Bools) -> Exchanged:
    """*plan* ``[t]`` with late tasks in the places of others, the best exchange first.

    *free*: ``[t]`` may move. *closed*: ``[d]`` is given nothing but what makes way for its own.
    """
    plan, partner = plan.copy(), dict[int, int]()
    while len(partner) < MOST_EXCHANGES:
        still = free & (plan == forecast.site.present)
        best = max(_list_exchanges(forecast, plan, still, closed), default=None)
        if best is None:
            break
        plan[best.task], plan[best.other] = plan[best.other], plan[best.task]
        partner[best.task] = best.other
    return Exchanged(plan, partner)


@dataclass(frozen=True, slots=True, order=True)
class _Exchange:
    """``spared``: late tasks, times their priority. ``relieved_pct``: by so much less the device in
    trouble carries, which is room for the next exchange."""

    spared: float
    relieved_pct: float
    task: int
    other: int


def _list_exchanges(
    forecast: Forecast, plan: Ints, still: Bools, closed: Bools
) -> Iterator[_Exchange]:
    """Those that are worth it and harm nobody. *still*: ``[t]`` has not moved and may."""
    chances = forecast.estimate_chances(plan)
    late = np.flatnonzero(still & (chances > LIKELY))
    urgent = late[np.argsort(-(forecast.priority * chances)[late], kind="stable")]
    weight = forecast.weigh(plan)
    for task in urgent[:MOST_LATE].tolist():
        there = still & ~closed[plan] & (plan != plan[task])
        gains = np.where(there, _estimate_gains(forecast, plan, task), -np.inf)
        others = np.argsort(-gains, kind="stable")[:TRIALS]
        for other in others[gains[others] > PER_EXCHANGE].tolist():
            trial = plan.copy()
            trial[task], trial[other] = plan[other], plan[task]
            spared = weight - forecast.weigh(trial)
            harmed = forecast.find_harmed(trial)[trial[[task, other]]].any()
            if spared > PER_EXCHANGE and not harmed:
                relieved = float(forecast.site.load[task] - forecast.site.load[other])
                yield _Exchange(round(spared, 1), relieved, task, other)


def _estimate_gains(forecast: Forecast, plan: Ints, task: int) -> Floats:
    """``[t]``: the late tasks, times their priority, that changing places with each would spare;
    of none that must not be."""
    site = forecast.site
    here, loads = int(plan[task]), site.device_loads(plan)
    swapped = site.load[task] - site.load
    there, leaving = loads[plan] + swapped, loads[here] - swapped
    usable = np.maximum(site.usable[plan], LEAST_PCT)
    may = np.isfinite(site.cost[task, plan]) & ~site.misplaced[task, plan]
    may &= np.isfinite(site.cost[:, here]) & ~site.misplaced[:, here]
    may &= (site.usable[plan] > 0) & (there <= np.maximum(SAFE * usable, loads[plan]))
    # The device in trouble carries no more than it did, or it would not be well after its trouble.
    may &= leaving <= site.device_loads(forecast.stay)[here]
    if site.usable[here] <= 0:
        return np.full(len(plan), -np.inf)
    grown = np.clip((there - loads[plan]) / (GROWTH * usable), 0.0, 1.0)
    late_there = _compare(
        forecast, site.idle_ms[plan], there / usable, grown, forecast.deadline[task]
    )
    late_here = _compare(
        forecast, site.idle_ms[here], leaving / site.usable[here], 1.0, forecast.deadline
    )
    chances = forecast.estimate_chances(plan)
    spared = forecast.priority[task] * (chances[task] - late_there)
    cost = forecast.priority * (np.maximum(late_here, HANGS) - chances)
    return np.asarray(np.where(may & (late_there <= LATE), spared - cost, -np.inf))


def _compare(
    forecast: Forecast, idle_ms: Floats, use: Floats, growth: Floats | float, deadline: Floats
) -> Floats:
    """``[t]``: the chance of an answer later than *deadline* at *use*; all broadcast."""
    use = np.clip(use, 0.0, FULLEST)
    answers = idle_ms / (1.0 - use) * (1.0 + forecast.doubt * growth)
    return compare_deadlines(
        answers, spread_answers(use, np.broadcast_to(growth, use.shape)), deadline
    )
