"""What a device's load costs: a convex, piecewise linear price, the steeper the fuller it is.

Response time, spread, reserve and overload are all read from a device's load alone, and each costs
more per percent the higher the load. One convex price for them needs no integer variable, and its
relaxation is tight, unlike that of "minimise the fullest device".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.planning.arrays.types import Floats, Ints
from tocsin.planning.problem import Device, Limits, Weights

STEPS = (0.25, 0.5, 0.7, 0.85, 0.95)  # of usable capacity: where the response's price is exact
FULLEST = 0.95  # beyond this use a queue grows with time, and no formula gives its answer


@dataclass(frozen=True, slots=True)
class LoadPrice:
    """Of ``d`` devices in ``k`` segments: their ``widths`` (percent) and ``slopes`` (watts per
    percent), both ``[d, k]``; slopes never fall along a row, so the price at a load is that of the
    dearest segment's line, whose watts at load 0 are in ``offsets``, ``[d, k]``."""

    widths: Floats
    slopes: Floats
    offsets: Floats

    def of(self, load: Floats) -> Floats:
        """Watts for each device's *load* ``[d]``."""
        return np.asarray((self.slopes * load[:, None] + self.offsets).max(axis=1))

    def at(self, devices: Ints, load: Floats) -> Floats:
        """Watts for *devices* ``[n]``, any of them any number of times, at loads ``[n, m]``."""
        slopes, offsets = self.slopes[devices].T[:, :, None], self.offsets[devices].T[:, :, None]
        watts = slopes[0] * load + offsets[0]
        for slope, offset in zip(slopes[1:], offsets[1:], strict=True):
            np.maximum(watts, slope * load + offset, out=watts)
        return np.asarray(watts)

    def one(self, device: int, load: float) -> float:
        """Watts for one *device* at *load*."""
        return float((self.slopes[device] * load + self.offsets[device]).max())

    def filled(self, load: Floats) -> Floats:
        """Percent in each segment at *load* ``[d]``, ``[d, k]``."""
        starts = np.cumsum(self.widths, axis=1) - self.widths
        return np.asarray(np.clip(load[:, None] - starts, 0.0, self.widths))

    def lowest(self, rebate: Floats) -> Floats:
        """The least of price minus *rebate* (watts per percent, ``[d]``) times load, over loads."""
        return np.asarray(
            (np.minimum(self.slopes - rebate[:, None], 0.0) * self.widths).sum(axis=1)
        )

    def marginal(self, load: Floats) -> Floats:
        """Watts that one percent more would cost each device at *load* ``[d]``."""
        ends = np.cumsum(self.widths, axis=1)
        segment = np.minimum((ends <= load[:, None]).sum(axis=1), ends.shape[1] - 1)
        return np.asarray(self.slopes[np.arange(len(load)), segment])


def usable_pct(devices: tuple[Device, ...], limits: Limits) -> Floats:
    """Capacity derated by health ``[d]``; 0 for a device that is drained or too unhealthy."""
    return np.array([
        0.0 if one.drained or one.health < limits.min_health else one.capacity_pct * one.health
        for one in devices
    ])  # fmt: skip


def response_ms(idle_ms: Floats, load: Floats, usable: Floats) -> Floats:
    """Mean answer of a server that is *load* of *usable* busy: idle answer / (1 - use).

    The M/M/1 queue's formula, its use kept below FULLEST; all arguments broadcast.
    """
    use = np.divide(load, usable, out=np.ones(np.broadcast(load, usable).shape), where=usable > 0)
    return np.asarray(idle_ms / (1.0 - np.minimum(use, FULLEST)))


def load_price(
    devices: tuple[Device, ...], limits: Limits, weights: Weights, total_pct: float
) -> LoadPrice:
    """The price for a site that runs *total_pct* in all; no device can carry more than that."""
    usable = usable_pct(devices, limits)
    mean = min(1.0, total_pct / max(usable.sum(), 1e-9))
    line = 1.0 - limits.reserve
    uses = np.unique(np.array([0.0, *STEPS, mean, line, 1.0]))
    idle = np.array([one.response_ms for one in devices])
    ends = usable[:, None] * uses
    waiting = weights.response / 100.0 * ends * response_ms(idle[:, None], ends, usable[:, None])
    widths = np.diff(ends, axis=1)
    slopes = np.divide(
        np.diff(waiting, axis=1), widths, out=np.zeros_like(widths), where=widths > 0
    )
    slopes += weights.spread * (uses[:-1] >= mean) + weights.reserve * (uses[:-1] >= line)
    steepest = np.maximum.accumulate(slopes, axis=1)[:, -1:] + weights.overload
    rest = np.full((len(devices), 1), max(total_pct, 1e-9))
    slopes = np.maximum.accumulate(np.hstack([slopes, steepest]), axis=1)
    return of_segments(np.hstack([widths, rest]), slopes)


def of_segments(widths: Floats, slopes: Floats) -> LoadPrice:
    """The price whose segments have these *widths* and *slopes*, both ``[d, k]``."""
    starts = np.cumsum(widths, axis=1) - widths
    paid = np.cumsum(widths * slopes, axis=1) - widths * slopes
    return LoadPrice(widths, slopes, paid - slopes * starts)
