"""A plan from prices: devices are filled as the duals say, by the tasks that have most to lose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.load_price import LoadPrice
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints
from tocsin.planning.moves.draft import Draft
from tocsin.planning.moves.greedy import undo_excess_moves
from tocsin.planning.proof.bound import Bound


def plan_from_prices(site: Site, bound: Bound) -> Ints:
    """Each task where it costs least beside those placed before it, ``[t]``.

    Up to the load that pays at *bound*'s duals a device asks its dual for each percent, beyond that
    its true price. Tasks whose second best pair is much dearer come first; those that fit anywhere
    fill what is left. Migrations beyond the limit are undone at the end.
    """
    # The reduced cost of a task's best pair is 0, so the second least is its regret: infinite where
    # it has a single place. A site of one device has no second column, and the order is no matter.
    second = min(1, bound.reduced.shape[1] - 1)
    regret = np.partition(bound.reduced, second, axis=1)[:, second]
    asking = replace(site, price=_raise_to_duals(site.price, bound.duals.load))
    draft = Draft.of(asking, np.full(len(regret), NOWHERE))
    for task in np.argsort(-regret, kind="stable").tolist():
        draft.place_cheapest(task)
    return undo_excess_moves(site, draft.allocation, bound.reduced)


def _raise_to_duals(price: LoadPrice, duals: Floats) -> LoadPrice:
    """*price* with segments that cost less than *duals* ``[d]`` at the dual's price.

    At their true price the first tasks would crowd where load is still cheap, though the duals know
    that it will not stay so.
    """
    return LoadPrice.from_segments(price.widths, np.maximum(price.slopes, duals[:, None]))
