"""What no plan can beat: a proven lower bound on a site's objective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """``value``: watts. ``reduced``: ``[t, d]`` watts by which a plan that uses the pair must be
    above ``value``, 0 on each task's best."""

    value: float
    reduced: Floats
    duals: Duals


def lagrangian(site: Site, duals: Duals) -> Bound:
    """The bound that *duals* prove for the full model, with every pair of task and device.

    Take the rows "a device's load is the sum of its tasks" and "at most so many migrations" out of
    the full model and charge *duals* for them instead. What is left falls apart into one minimum
    for each task, over all devices, and one for each device's load price. Their sum is at most the
    full relaxation's optimum, whatever the duals are (weak duality), and equal to it for the best
    ones. So duals of a model with few columns prove a bound for all columns: those left out are
    priced here. A solver's tolerance cannot spoil the proof, since nothing of the solver is used
    but the duals. By the same argument a plan using a pair costs at least value + reduced.
    """
    move = max(duals.move, 0.0)
    priced = site.cost + duals.load[None, :] * site.load[:, None] + move * site.leaving()
    best = priced.min(axis=1) if len(site.load) else np.zeros(0)
    value = best.sum() + site.price.lowest(duals.load).sum() - move * site.most_moves
    return Bound(float(value), priced - best[:, None], duals)


def marginal(site: Site, plan: Ints) -> Bound:
    """The bound that *plan*'s own marginal prices prove: no solver needed, and often near."""
    return lagrangian(site, Duals(site.price.marginal(site.loads(plan))))
