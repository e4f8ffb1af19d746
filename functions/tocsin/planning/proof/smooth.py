"""The Lagrangian bound without its edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats


@dataclass(frozen=True, slots=True)
class Smoothed:
    """The smoothed bound at load ``duals`` ``[d]``: its ``value`` in watts, its ``slope`` ``[d]``,
    and what minus its second derivative is made of: a diagonal, ``spread`` ``[d]``, less the
    products of ``put`` ``[t, d]``, the percent that each task puts on each device."""

    duals: Floats
    smoothing: float
    value: float
    slope: Floats
    spread: Floats
    put: Floats

    def diagonal(self) -> Floats:
        """How the slope falls along each dual, ``[d]``."""
        own = np.einsum("td,td->d", self.put, self.put) / self.smoothing
        return np.asarray(np.maximum(self.spread - own, 0.0))

    def falls(self, step: Floats) -> Floats:
        """How the slope falls along *step*, ``[d]``."""
        along = np.einsum("td,d->t", self.put, step)
        return np.asarray(
            self.spread * step - np.einsum("td,t->d", self.put, along) / self.smoothing
        )


def smoothed(site: Site, duals: Floats, smoothing: float) -> Smoothed:
    priced = site.cost + duals * site.load[:, None]
    least = priced.min(axis=1)
    put = np.exp((least[:, None] - priced) / smoothing)
    total = put.sum(axis=1)
    put *= (site.load / total)[:, None]
    earned, filled, bend = _supply(site, duals, smoothing)
    return Smoothed(
        duals,
        smoothing,
        value=float(least.sum() - smoothing * np.log(total).sum() - earned),
        slope=put.sum(axis=0) - filled,
        spread=np.einsum("td,t->d", put, site.load) / smoothing + bend,
        put=put,
    )


def _supply(site: Site, duals: Floats, smoothing: float) -> tuple[float, Floats, Floats]:
    """What the devices earn at *duals*, watts, the load that takes, and how it grows, ``[d]``."""
    widths = site.price.widths
    blur = 0.5 * smoothing / max(float(site.load.mean()), 1e-9)  # watts per percent
    above = (duals[:, None] - site.price.slopes) / blur
    filled = 0.5 * (1.0 + np.tanh(above / 2.0))
    earned = blur * float((widths * np.logaddexp(0.0, above)).sum())
    bend = (widths * filled * (1.0 - filled)).sum(axis=1) / blur
    return earned, (widths * filled).sum(axis=1), bend
