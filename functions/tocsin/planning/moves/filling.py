"""A plan from prices: devices are filled as the duals say, by the tasks that have most to lose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.load_price import LoadPrice, of_segments
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints
from tocsin.planning.moves.draft import running
from tocsin.planning.moves.greedy import within_limit
from tocsin.planning.proof.bound import Bound


def filled(site: Site, bound: Bound) -> Ints:
    """Each task where it costs least beside those before it, within the limit on migrations.

    Up to the load that pays at *bound*'s duals a device asks its dual for each percent, beyond that
    its true price. Tasks whose second best pair is much dearer come first; those that fit anywhere
    fill what is left.
    """
    regret = np.sort(bound.reduced, axis=1)[:, :2][:, -1]
    asked = replace(site, price=_asked(site.price, bound.duals.load))
    state = running(asked, np.full(len(regret), NOWHERE))
    for task in np.argsort(-regret, kind="stable").tolist():
        device = int(state.prices(task).argmin())
        state.allocation[task] = device
        state.load(device, site.load[task])
    return within_limit(site, state.allocation, bound.reduced)


def _asked(price: LoadPrice, duals: Floats) -> LoadPrice:
    """*price* with its segments that cost less than *duals* ``[d]`` at the dual's price."""
    return of_segments(price.widths, np.maximum(price.slopes, duals[:, None]))
