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
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats


@dataclass(frozen=True, slots=True)
class SmoothBound:
    """The smoothed bound and its derivatives at load ``duals``.

    duals: ``[d]`` watts per percent. smoothing: watts. value: watts.
    slope: ``[d]``, the first derivative: percent that tasks put on a device less what it takes.
    own: ``[d]`` and put: ``[t, d]`` make minus the second derivative,
    diag(own) - put^T put / smoothing; put is the percent that each task puts on each device.
    """

    duals: Floats
    smoothing: float
    value: float
    slope: Floats
    own: Floats
    put: Floats

    # The matrix [d, d] is never built: all that is needed of it are its diagonal and its product
    # with a vector, at the cost of reading `put` twice. They are einsum's: numpy hands `@` to BLAS
    # threads, which wait for one another on a busy machine.

    def diagonal(self) -> Floats:
        """How fast the slope falls along each dual, ``[d]``: the curvature's diagonal."""
        shared = np.einsum("td,td->d", self.put, self.put) / self.smoothing
        return np.asarray(np.maximum(self.own - shared, 0.0))  # below 0 only by rounding

    def curve_along(self, step: Floats) -> Floats:
        """How fast the slope falls along *step* ``[d]``: the curvature times it, ``[d]``."""
        along = np.einsum("td,d->t", self.put, step)
        return np.asarray(self.own * step - np.einsum("td,t->d", self.put, along) / self.smoothing)


def smooth_bound(site: Site, duals: Floats, smoothing: float) -> SmoothBound:
    """The bound at load *duals* ``[d]``, its edges rounded over *smoothing* watts."""
    priced = site.cost + duals * site.load[:, None]  # [t, d] watts
    least = priced.min(axis=1)
    # The least is taken off first: the best device's exponential is 1 and none overflows. A device
    # where a task must not be costs infinity and gets exp(-inf) = 0.
    put = np.exp((least[:, None] - priced) / smoothing)
    total = put.sum(axis=1)
    put *= (site.load / total)[:, None]  # the softmin's shares, times the task's percent
    earned, taken, growth = _supply(site, duals, smoothing)
    return SmoothBound(
        duals,
        smoothing,
        value=float(least.sum() - smoothing * np.log(total).sum() - earned),
        slope=put.sum(axis=0) - taken,
        own=np.einsum("td,t->d", put, site.load) / smoothing + growth,
        put=put,
    )


def _supply(site: Site, duals: Floats, smoothing: float) -> tuple[float, Floats, Floats]:
    """What all devices earn at *duals* ``[d]`` (watts), the percent that each takes for it, and how
    fast that grows with its dual (percent for each watt per percent), both ``[d]``."""
    widths = site.price.widths
    # Watts per percent. Over a mean task's load it is half the smoothing: the edges of tasks and of
    # devices are rounded alike.
    blur = 0.5 * smoothing / max(float(site.load.mean()), LEAST_PCT)
    above = (duals[:, None] - site.price.slopes) / blur  # [d, k]
    # The logistic curve 1 / (1 + exp(-above)), as tanh since that cannot overflow; its integral is
    # logaddexp(0, above), its derivative filled * (1 - filled).
    filled = 0.5 * (1.0 + np.tanh(above / 2.0))
    earned = blur * float((widths * np.logaddexp(0.0, above)).sum())
    growth = (widths * filled * (1.0 - filled)).sum(axis=1) / blur
    return earned, (widths * filled).sum(axis=1), growth
