"""What no plan can beat: a proven lower bound on a site's objective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.blocks import cut_blocks
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices that stand in for the rows that tie tasks together.

    load: ``[d]`` watts for each percent put on a device. move: watts for each limited migration.
    """

    load: Floats
    move: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What *duals* prove.

    value: watts that no plan of the site is below.
    reduced: ``[t, d]`` watts by which a plan that uses the pair is at least above ``value``; 0 on
        each task's best, infinite where a task must not be.
    """

    value: float
    reduced: Floats
    duals: Duals


def prove_bound(site: Site, duals: Duals) -> Bound:
    """The Lagrangian bound: what *duals* prove for the full model, with every pair.

    Take the rows "a device's load is the sum of its tasks" and "at most so many migrations" out of
    the full model and charge *duals* for them instead. What is left falls apart into one minimum
    for each task, over all devices, and one for each device's load price. Their sum is at most the
    full relaxation's optimum, whatever the duals are (weak duality), and equal to it for the best
    ones. So duals of a model with few columns prove a bound for all columns: those left out are
    priced here. A solver's tolerance cannot spoil the proof, since nothing of the solver is used
    but the duals. By the same argument a plan using a pair costs at least value + reduced.
    """
    # "At most" can only make a plan dearer: a price below 0 would prove nothing.
    move = max(duals.move, 0.0)
    best, reduced = np.zeros(len(site.load)), np.empty_like(site.cost)
    for block in cut_blocks(*site.cost.shape):
        # A task pays for its load and its move at the duals, and takes the device where that is
        # least.
        priced = reduced[block]
        np.multiply(site.load[block, None], duals.load, out=priced)
        priced += site.cost[block]
        if move > 0:
            priced += move * site.find_counted_pairs(block)
        best[block] = priced.min(axis=1)
        priced -= best[block, None]
    # A device earns its dual for each percent and pays its price; each allowed move is given back.
    value = best.sum() + site.price.minimise_less(duals.load).sum() - move * site.most_moves
    return Bound(float(value), reduced, duals)


def prove_bound_by_plan(site: Site, plan: Ints) -> Bound:
    """What the marginal prices at *plan* ``[t]`` prove: no solver needed, and often near."""
    return prove_bound(site, Duals(site.price.marginal_price(site.device_loads(plan))))
