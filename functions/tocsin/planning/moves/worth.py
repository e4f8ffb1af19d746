"""Whether a plan gains enough for anything to move: no fleet should move for nothing."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.moves.greedy import ENOUGH_W


def worth(site: Site, stay: Ints, plan: Ints, gap: float) -> bool:
    """Whether *plan* is to be carried out, or all should *stay*.

    The objective must fall by more than the gap, or overload by a twentieth, or the load that is
    stranded at all. A plan is searched for until it is proven to be within the gap once it has been
    carried out (`Search.slack_w`), so what the next run could still find is too little to move
    for, and a fleet in which nothing changed stays as it is.
    """
    gain = site.objective(stay) - site.objective(plan)
    if gain <= ENOUGH_W:
        return False
    return (
        gain > gap * site.objective(stay)
        or overload(site, plan) < 0.95 * overload(site, stay)
        or stranded(site, plan) < stranded(site, stay) - ENOUGH_W
    )


def overload(site: Site, plan: Ints) -> float:
    """Percent of load above what its device can carry."""
    return float(np.maximum(site.loads(plan) - site.usable, 0.0).sum())


def stranded(site: Site, plan: Ints) -> float:
    """Percent of load on devices that have failed or are drained, or where it must not be."""
    lost = (site.usable[plan] <= 0) | site.misplaced[np.arange(len(plan)), plan]
    return float(site.load[lost].sum())
