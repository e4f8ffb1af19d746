"""Near-best duals without a solver.

The Lagrangian bound is concave in the duals, but has an edge wherever a task changes its cheapest
device. Its smoothed form lets each task spread over devices (a softmin) and each device's load
straddle the segments of its price; a few of Newton's steps find its highest point. Smoothed less
and less, that point comes within a thousandth of the best bound, at a fraction of the cost of one
relaxation. What it proves is taken from the bound itself, so nothing hangs on the smoothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats
from tocsin.planning.proof.bound import Bound, Duals, lagrangian
from tocsin.planning.proof.smooth import Smoothed, smoothed

SMOOTHING = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # of what a task costs, one after the other
MOST_STEPS = 10  # at each smoothing
ENOUGH = 1e-4  # of the bound: a step that gains less is the last at its smoothing
DAMPING = 0.05  # of the mean curvature: a direction that nothing bends is not leapt along
MOST_TURNS, RESIDUE = 10, 0.05  # of conjugate gradients, and the share of error that ends them
SHORTER, SHORTEST = 0.3, 1e-4  # by which a step shrinks that does not gain, and where it gives up


def ascended(site: Site, objective: float, enough: float, left_s: Callable[[], float]) -> Bound:
    """The best bound on the way, near a plan's *objective*; stops at *enough*, all in watts, or
    when no time is left."""
    scale = max(objective / len(site.load), 1e-3)
    duals = _alike(site)
    best = lagrangian(site, duals)
    for share in SMOOTHING:
        if best.value >= enough or left_s() <= 0:
            break
        charged = replace(site, cost=site.cost + duals.move * site.leaving())
        load = _climbed(charged, duals.load, share * scale, left_s)
        duals = Duals(load, _move_price(site, load))
        best = max(best, lagrangian(site, duals), key=lambda one: one.value)
    return best


def _alike(site: Site) -> Duals:
    """What one percent more costs each device where all are used alike."""
    use = min(1.0, float(site.load.sum()) / max(float(site.usable.sum()), 1e-9))
    load = site.price.marginal(site.usable * use)
    return Duals(load, _move_price(site, load))


def _move_price(site: Site, load: Floats) -> float:
    """The best price of a migration at the *load*'s duals: so many save more as are allowed."""
    tasks = np.flatnonzero(site.counted)
    if site.most_moves >= len(tasks):
        return 0.0
    priced = site.cost[tasks] + load * site.load[tasks, None]
    saved = priced[np.arange(len(tasks)), site.present[tasks]] - priced.min(axis=1)
    return float(np.sort(saved)[len(tasks) - 1 - site.most_moves])


def _climbed(site: Site, duals: Floats, smoothing: float, left_s: Callable[[], float]) -> Floats:
    """The *duals* after Newton's steps, until they gain no more."""
    here = smoothed(site, duals, smoothing)
    for _ in range(MOST_STEPS):
        if left_s() <= 0:
            break
        there = _stepped(site, here)
        gain, here = there.value - here.value, there
        if gain < ENOUGH * abs(here.value):
            break
    return here.duals


def _stepped(site: Site, here: Smoothed) -> Smoothed:
    """One of Newton's steps, or a part of it that gains; *here* if none does."""
    step, length = _direction(here), 1.0
    hoped = 1e-4 * float(here.slope @ step)
    while length > SHORTEST:
        there = smoothed(site, here.duals + length * step, here.smoothing)
        if there.value >= here.value + length * hoped:
            return there
        length *= SHORTER
    return here


def _direction(here: Smoothed) -> Floats:
    """Newton's step by conjugate gradients, near enough: a matrix of curvatures would cost more,
    and numpy would hand it to threads that wait for one another on a busy machine."""
    diagonal = here.diagonal()
    damping = DAMPING * max(float(diagonal.mean()), 1e-9)
    scale = 1.0 / (diagonal + damping)
    step, rest = np.zeros_like(here.slope), here.slope
    toward = scaled = scale * rest
    for _ in range(MOST_TURNS):
        fall = here.falls(toward) + damping * toward
        before = float(rest @ scaled)
        length = before / max(float(toward @ fall), 1e-300)
        step, rest = step + length * toward, rest - length * fall
        scaled = scale * rest
        after = float(rest @ scaled)
        if after <= RESIDUE * before:
            break
        toward = scaled + after / before * toward
    return step
