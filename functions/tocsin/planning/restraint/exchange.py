"""Two tasks that change places, where nothing has room for one more.

A task that is late goes where it is in time, and one that counts less, or can wait for longer, goes
to the device in trouble for it. Nobody carries more than it may.
"""

from __future__ import annotations

from collections.abc import Mapping
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

PER_EXCHANGE = 0.5  # late tasks that an exchange must at least spare: two moves, each a risk
TRIALS = 6  # partners that are tried for a task
MOST_LATE = 60  # tasks that partners are looked for: as many as move in a run


@dataclass(frozen=True, slots=True)
class Exchanged:
    """``plan``: ``[t]``. ``partner``: of each task that left a device in trouble, the one that went
    there for it."""

    plan: Ints
    partner: Mapping[int, int]


def exchange_late(forecast: Forecast, plan: Ints, *, free: Bools, closed: Bools) -> Exchanged:
    """*plan* ``[t]`` with late tasks in the places of others. *free*: ``[t]`` may move. *closed*:
    ``[d]`` is given nothing but what makes way for a task of its own."""
    plan, partner = plan.copy(), dict[int, int]()
    weight = forecast.priority * forecast.estimate_chances(plan)
    for task in np.argsort(-weight, kind="stable")[:MOST_LATE].tolist():
        still = free & (plan == forecast.site.present)
        if not still[task] or forecast.estimate_chances(plan)[task] <= LATE:
            continue
        other = _find_partner(forecast, plan, task, still, closed)
        if other is not None:
            plan[task], plan[other] = plan[other], plan[task]
            partner[task] = other
    return Exchanged(plan, partner)


def _find_partner(
    forecast: Forecast, plan: Ints, task: int, still: Bools, closed: Bools
) -> int | None:
    """With whom *task* best changes places; None where nobody would be worth it."""
    gains = np.where(
        still & ~closed[plan] & (plan != plan[task]), _estimate_gains(forecast, plan, task), -np.inf
    )
    weight = forecast.weigh(plan)
    for other in np.argsort(-gains, kind="stable")[:TRIALS].tolist():
        if gains[other] <= PER_EXCHANGE:
            return None
        trial = plan.copy()
        trial[task], trial[other] = plan[other], plan[task]
        spared = weight - forecast.weigh(trial)
        if spared > PER_EXCHANGE and not forecast.find_harmed(trial)[trial[[task, other]]].any():
            return int(other)
    return None


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
