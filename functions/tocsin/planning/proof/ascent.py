"""Near-best duals without a solver.

The Lagrangian bound is concave in the duals, but has an edge wherever a task changes its cheapest
device. Its smoothed form (`smooth`) has none, and a few of Newton's steps find its highest point.
Smoothed less and less, that point comes within a thousandth of the best bound, at a fraction of the
cost of one relaxation. At a large site it looks at a few devices for each task, drawn anew at each
smoothing (`shortlist`). What it proves is taken from the bound itself, so nothing hangs on the
smoothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tocsin.planning.arrays.load_price import LEAST_PCT
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats
from tocsin.planning.proof.bound import Bound, Duals, prove_bound
from tocsin.planning.proof.shortlist import USUAL, Extent, Shortlist, sample_tasks, shorten
from tocsin.planning.proof.smooth import SmoothBound, smooth_bound

ROUGH = (0.3, 0.1, 0.03)  # smoothings, as shares of what a task costs, on a sample of the tasks
FINE = (0.03, 0.01, 0.003, 0.001)  # the same on some devices of all tasks
MOST_DRAWS = 3  # of devices at each smoothing
WORTH_A_DRAW = 1e-3  # of the bound: what gains less is the last draw at its smoothing
MOST_STEPS = 10  # at each smoothing
ENOUGH = 1e-4  # of the bound: a step that gains less is the last at its smoothing
DAMPING = 0.05  # of the mean curvature: along a direction without any, a step would have no end
MOST_TURNS = 10  # of conjugate gradients in a step
RESIDUE = 0.05  # of the error before a turn: one that leaves less is the last
SHORTER = 0.3  # by which a step shrinks that does not gain
SHORTEST = 1e-4  # of a step: it gives up there
LEAST_SHARE = 1e-4  # of the gain its slope promises; a step that gains less is too long (Armijo)
LEAST_W = 1e-3  # a task's cost where the plan costs nothing
LEAST_CURVATURE, LEAST_PRODUCT = 1e-9, 1e-300  # divisors: never 0


def climb_to_bound(
    site: Site,
    objective: float,
    enough: float,
    left_s: Callable[[], float],
    extent: Extent = USUAL,
) -> Bound:
    """The best bound on the way up, near a plan's *objective*.

    It stops at *enough*, both in watts, or when no time is left. *extent*: what it looks at.
    """
    scale = max(objective / len(site.load), LEAST_W)  # watts: what a task costs
    best = here = prove_bound(site, _guess_duals(site))

    def is_done() -> bool:
        return best.value >= enough or left_s() <= 0

    # Coarse first: there a step leads far. Each smoothing begins where the one before ended.
    fine: tuple[float, ...] = FINE
    for share in ROUGH:
        if is_done():
            return best
        sample = sample_tasks(site, here.duals, extent)
        here = _climb(site, sample, here.duals, share * scale, left_s)
        best = here if here.value > best.value else best
        if sample.weight == 1.0:  # it was no sample: that smoothing is done
            fine = FINE[1:]
    for share in fine:
        for _ in range(MOST_DRAWS):
            if is_done():
                return best
            drawn = shorten(site, best, share * scale, extent)
            before, found = best, _climb(site, drawn, best.duals, share * scale, left_s)
            best = found if found.value > best.value else best
            if best.value - before.value < WORTH_A_DRAW * abs(best.value):
                break
    return best


def _guess_duals(site: Site) -> Duals:
    """What one percent more costs each device where all are used alike."""
    use = min(1.0, float(site.load.sum()) / max(float(site.usable.sum()), LEAST_PCT))
    load = site.price.marginal_price(site.usable * use)
    return Duals(load, _price_moves(site, load))


def _price_moves(site: Site, load: Floats) -> float:
    """The best price of a migration (watts) at the duals *load* ``[d]``.

    At that price no more tasks want to move than may: it is what the first task that has to stay
    would save.
    """
    tasks = np.flatnonzero(site.counted)
    if site.most_moves >= len(tasks):
        return 0.0
    priced = site.cost[tasks] + load * site.load[tasks, None]
    saved = priced[np.arange(len(tasks)), site.present[tasks]] - priced.min(axis=1)
    return float(np.sort(saved)[len(tasks) - 1 - site.most_moves])


def _climb(
    site: Site, part: Shortlist, duals: Duals, smoothing: float, left_s: Callable[[], float]
) -> Bound:
    """What is proven after Newton's steps from *duals* over *part*, until they gain no more.

    The price of a migration is no part of Newton's system: it is charged as it stands, and found
    again for the new load duals in one sort.
    """
    here = smooth_bound(part, duals.load, smoothing)
    for _ in range(MOST_STEPS):
        if left_s() <= 0:
            break
        there = _step(here)
        gain, here = there.value - here.value, there
        if gain < ENOUGH * abs(here.value):
            break
    return prove_bound(site, Duals(here.duals, _price_moves(site, here.duals)))


def _step(here: SmoothBound) -> SmoothBound:
    """One of Newton's steps, or a part of it that gains; *here* if none does."""
    step, length = _find_direction(here), 1.0
    hoped = LEAST_SHARE * float(here.slope @ step)
    # Newton's step is right for a parabola. Far from the top the bound is none: then it overshoots.
    while length > SHORTEST:
        there = smooth_bound(here.shortlist, here.duals + length * step, here.smoothing)
        if there.value >= here.value + length * hoped:
            return there
        length *= SHORTER
    return here


def _find_direction(here: SmoothBound) -> Floats:
    """Newton's step ``[d]``: (curvature + damping) * step = slope, solved by conjugate gradients.

    Near enough is enough, since the next step mends what is missing. A matrix of curvatures would
    cost more, and numpy would hand it to threads that wait for one another on a busy machine.
    """
    diagonal = here.diagonal()
    damping = DAMPING * max(float(diagonal.mean()), LEAST_CURVATURE)
    # Devices differ in size, and so do their curvatures: divided by its diagonal the system is
    # nearly the same in all directions, and few turns do (Jacobi's preconditioner).
    scale = 1.0 / (diagonal + damping)
    step, rest = np.zeros_like(here.slope), here.slope  # what the step leaves of the slope
    toward = scaled = scale * rest
    for _ in range(MOST_TURNS):
        fall = here.curve_along(toward) + damping * toward
        before = float(rest @ scaled)
        length = before / max(float(toward @ fall), LEAST_PRODUCT)
        step, rest = step + length * toward, rest - length * fall
        scaled = scale * rest
        after = float(rest @ scaled)
        if after <= RESIDUE * before:
            break
        # Conjugate to the direction before: what that one has settled stays settled.
        toward = scaled + after / before * toward
    return step
