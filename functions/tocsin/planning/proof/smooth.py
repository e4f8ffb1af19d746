"""The Lagrangian bound without its edges, so that Newton's method can climb it.

Two minima make the bound's edges. A task takes its cheapest device, whichever that is: here it
spreads over all devices by a softmin, mostly over those that cost nearly the least. A device fills
the segments that are cheaper than its dual, and no other: here a segment fills along a logistic
curve as the dual passes its slope. As the smoothing goes to 0, both become what they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.load_price import LEAST_PCT
from tocsin.planning.arrays.types import Floats
from tocsin.planning.proof.shortlist import Shortlist

WALL = 20.0  # of a device's mean load: steep enough to stop a dual, and no cliff for Newton's steps


@dataclass(frozen=True, slots=True)
class SmoothBound:
    """The smoothed bound over the pairs of ``shortlist``, and its derivatives at load ``duals``.

    duals: ``[d]`` watts per percent. smoothing: watts. value: watts.
    slope: ``[d]``, the first derivative: percent that tasks put on a device less what it takes.
    own: ``[d]`` and put: ``[t, n]`` make minus the second derivative,
    diag(own) - put^T put / smoothing; put is the percent that each task puts on each device of its
    list, and none on others.
    """

    shortlist: Shortlist
    duals: Floats
    smoothing: float
    value: float
    slope: Floats
    own: Floats
    put: Floats

    # The matrix [d, d] is never built: all that is needed of it are its diagonal and its product
    # with a vector, at the cost of reading `put` twice.

    def diagonal(self) -> Floats:
        """How fast the slope falls along each dual, ``[d]``: the curvature's diagonal."""
        shared = self.shortlist.sum_by_device(self.put**2) / self.smoothing
        return np.asarray(np.maximum(self.own - shared, 0.0))  # below 0 only by rounding

    def curve_along(self, step: Floats) -> Floats:
        """How fast the slope falls along *step* ``[d]``: the curvature times it, ``[d]``."""
        along = np.einsum("tn,tn->t", self.put, step[self.shortlist.device])
        shared = self.shortlist.sum_by_device(self.put * along[:, None]) / self.smoothing
        return np.asarray(self.own * step - shared)


def smooth_bound(shortlist: Shortlist, duals: Floats, smoothing: float) -> SmoothBound:
    """The bound over *shortlist* at load *duals* ``[d]``, its edges rounded over *smoothing* watts.

    For the shortlist of all devices it is never above the bound itself.
    """
    load = shortlist.load
    priced = shortlist.cost + duals[shortlist.device] * load[:, None]  # [t, n] watts
    least = priced.min(axis=1)
    # The least is taken off first: the best device's exponential is 1 and none overflows. A device
    # where a task must not be costs infinity and gets exp(-inf) = 0.
    put = np.exp((least[:, None] - priced) / smoothing)
    total = put.sum(axis=1)
    put *= (load / total)[:, None]  # the softmin's shares, times the task's percent
    earned, taken, growth = _supply(shortlist, duals, smoothing)
    return SmoothBound(
        shortlist,
        duals,
        smoothing,
        value=float(shortlist.weight * (least.sum() - smoothing * np.log(total).sum()) - earned),
        slope=shortlist.sum_by_device(put) - taken,
        own=shortlist.sum_by_device(put * load[:, None]) / smoothing + growth,
        put=put,
    )


def _supply(shortlist: Shortlist, duals: Floats, smoothing: float) -> tuple[float, Floats, Floats]:
    """What all devices earn at *duals* ``[d]`` (watts), the percent that each takes for it, and how
    fast that grows with its dual (percent for each watt per percent), both ``[d]``.

    Two segments more hold the duals where they are to stay: one takes load above, one gives load
    below.
    """
    price, low, high = shortlist.price, shortlist.low[:, None], shortlist.high[:, None]
    mean, dual = max(float(shortlist.load.mean()), LEAST_PCT), duals[:, None]
    # Watts per percent. Over a mean task's load it is half the smoothing: the edges of tasks and of
    # devices are rounded alike.
    blur = 0.5 * smoothing / mean
    above = np.hstack([dual - price.slopes, dual - high, low - dual]) / blur  # [d, k + 2]
    wall = np.full_like(dual, WALL * mean * shortlist.weight * len(shortlist.load) / len(duals))
    widths = np.hstack([price.widths, wall, wall])
    # The logistic curve 1 / (1 + exp(-above)), as tanh since that cannot overflow; its integral is
    # logaddexp(0, above), its derivative filled * (1 - filled).
    filled = 0.5 * (1.0 + np.tanh(above / 2.0))
    earned = blur * float((widths * np.logaddexp(0.0, above)).sum())
    taken = widths * filled
    taken[:, -1] *= -1.0
    growth = (widths * filled * (1.0 - filled)).sum(axis=1) / blur
    return earned, taken.sum(axis=1), growth
