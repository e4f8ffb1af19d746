"""Whether a plan gains enough for anything to move: no fleet should move for nothing."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.moves.greedy import ENOUGH_W, ROUNDING_PCT

RELIEF = 0.95  # of the overload before: a plan that leaves less is worth its moves


def pays_off(site: Site, stay: Ints, plan: Ints, gap: float) -> bool:
    """Whether *plan* is to be carried out, or all should *stay*; both ``[t]``.

    The objective must fall by more than the *gap* (a share of what a plan can change of it), or
    overload by a twentieth, or the load that is stranded at all. A plan is searched for until it
    is proven to be within the gap once it has been carried out (`Search.slack_w`), so what the next
    run could still find is too little to move for, and a fleet in which nothing changed stays.
    """
    gain = site.objective(stay) - site.objective(plan)
    if gain <= ENOUGH_W:
        return False
    return (
        gain > gap * (site.objective(stay) - site.constant_w)
        or _sum_overload_pct(site, plan) < RELIEF * _sum_overload_pct(site, stay)
        or _sum_stranded_pct(site, plan) < _sum_stranded_pct(site, stay) - ROUNDING_PCT
    )


def _sum_overload_pct(site: Site, plan: Ints) -> float:
    """Percent of load above what its device can carry."""
    return float(np.maximum(site.device_loads(plan) - site.usable, 0.0).sum())


def _sum_stranded_pct(site: Site, plan: Ints) -> float:
    """Percent of load on devices that have failed or are drained, or where it must not be."""
    lost = (site.usable[plan] <= 0) | site.misplaced[np.arange(len(plan)), plan]
    return float(site.load[lost].sum())
