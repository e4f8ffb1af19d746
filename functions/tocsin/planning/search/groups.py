"""Groups of devices whose tasks are redistributed by a small whole-number model.

What a plan costs above the bound falls apart into a part for each device: the load it lacks or has
too much at the duals, and the regret of its tasks. The dearer a device's part, the likelier it is
drawn. The draw is seeded and depends on the plan alone, so equal input tries equal groups.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.proof.bound import Bound

SIZE = 4  # devices: their model solves in a tenth of a second
MOST_DRAWS = 30  # without a gain
LEAST_W = 1e-9  # added to each device's part: none is quite without a chance


def draw_groups(site: Site, plan: Ints, bound: Bound, gained: int) -> Iterator[Ints]:
    """Groups of devices to try on *plan* ``[t]``, none of them twice.

    *gained*: how often a group has gained before; it seeds the draw.
    """
    rng = np.random.default_rng(gained)
    excess = _split_excess(site, plan, bound) + LEAST_W
    seen = set[tuple[int, ...]]()
    for _ in range(MOST_DRAWS):
        size = min(SIZE, len(excess))
        group = np.sort(rng.choice(len(excess), size, replace=False, p=excess / excess.sum()))
        if tuple(group.tolist()) not in seen:
            seen.add(tuple(group.tolist()))
            yield group


def select_pairs(site: Site, plan: Ints, group: Ints) -> Bools:
    """``[t, d]``: where *plan* has each task, and all devices of *group* for the tasks on them."""
    pairs = np.zeros(site.cost.shape, dtype=bool)
    pairs[np.ix_(np.isin(plan, group), group)] = True
    pairs &= np.isfinite(site.cost)
    pairs[np.arange(len(plan)), plan] = True
    return pairs


def _split_excess(site: Site, plan: Ints, bound: Bound) -> Floats:
    """Each device's part of what *plan* ``[t]`` costs above *bound*, ``[d]`` watts.

    The bound is a sum of minima, over devices and over tasks; a plan's objective is the same sum
    with what the plan chose in place of each minimum. The differences are the parts.
    """
    load, duals = site.device_loads(plan), bound.duals.load
    misfit = site.price.charge(load) - duals * load - site.price.minimise_less(duals)
    regret = bound.reduced[np.arange(len(plan)), plan]
    regrets = np.bincount(plan, regret, len(duals))
    return np.asarray(np.maximum(misfit, 0.0) + regrets)
