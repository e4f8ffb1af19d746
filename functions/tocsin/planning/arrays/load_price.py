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
LEAST_PCT = 1e-9  # stands for no load and no capacity where a division needs a number


@dataclass(frozen=True, slots=True)
class LoadPrice:
    """The prices of ``d`` devices, each a chain of ``k`` segments.

    widths: ``[d, k]`` percent; 0 for a segment that a device lacks.
    slopes: ``[d, k]`` watts per percent; they never fall along a row.
    offsets: ``[d, k]`` watts that each segment's line would have at load 0.
    """

    widths: Floats
    slopes: Floats
    offsets: Floats

    @classmethod
    def from_segments(cls, widths: Floats, slopes: Floats) -> LoadPrice:
        """The price that starts at 0 watts and rises by *slopes* over *widths*, both ``[d, k]``."""
        starts = np.cumsum(widths, axis=1) - widths
        watts_at_start = np.cumsum(widths * slopes, axis=1) - widths * slopes
        return cls(widths, slopes, watts_at_start - slopes * starts)

    # The slopes never fall, so the chain is the highest of its segments' lines at every load: what
    # a load costs is a maximum over all segments, and nobody has to look for the right one.

    def charge(self, load: Floats) -> Floats:
        """Watts for each device's *load* ``[d]`` percent, ``[d]``."""
        return np.asarray((self.slopes * load[:, None] + self.offsets).max(axis=1))

    def charge_device(self, device: int, load: float) -> float:
        """Watts for one *device* at *load* percent."""
        return float((self.slopes[device] * load + self.offsets[device]).max())

    def charge_trials(self, devices: Ints, loads: Floats) -> Floats:
        """Watts for *devices* ``[n]``, any of them any number of times, at *loads* ``[n, m]``."""
        slopes, offsets = self.slopes[devices].T[:, :, None], self.offsets[devices].T[:, :, None]
        watts = slopes[0] * loads + offsets[0]
        # Segment by segment: an array [n, m, k] would be k times as large as what comes out.
        for slope, offset in zip(slopes[1:], offsets[1:], strict=True):
            np.maximum(watts, slope * loads + offset, out=watts)
        return np.asarray(watts)

    def fill_segments(self, load: Floats) -> Floats:
        """Percent in each segment at *load* ``[d]`` percent, ``[d, k]``."""
        starts = np.cumsum(self.widths, axis=1) - self.widths
        return np.asarray(np.clip(load[:, None] - starts, 0.0, self.widths))

    def minimise_less(self, rebate: Floats) -> Floats:
        """The least that price - rebate * load can be at any load, in watts, ``[d]``.

        *rebate*: ``[d]`` watts per percent. Minus the convex conjugate of the price: every segment
        cheaper than the rebate is filled, no other.
        """
        return np.asarray(
            (np.minimum(self.slopes - rebate[:, None], 0.0) * self.widths).sum(axis=1)
        )

    def marginal_price(self, load: Floats) -> Floats:
        """Watts that one percent more would cost each device at *load* ``[d]`` percent, ``[d]``."""
        ends = np.cumsum(self.widths, axis=1)
        segment = np.minimum((ends <= load[:, None]).sum(axis=1), ends.shape[1] - 1)
        return np.asarray(self.slopes[np.arange(len(load)), segment])


def derate_capacity(devices: tuple[Device, ...], limits: Limits) -> Floats:
    """Capacity times health, ``[d]`` percent; 0 for a device that is drained or too unhealthy."""
    return np.array([
        0.0 if device.drained or device.health < limits.min_health
        else device.capacity_pct * device.health
        for device in devices
    ])  # fmt: skip


def estimate_response_ms(idle_ms: Floats, load: Floats, usable: Floats) -> Floats:
    """Mean answer of a server that is *load* of *usable* busy: idle answer / (1 - use).

    The M/M/1 queue's formula, its use kept below FULLEST; all arguments broadcast. A device with
    nothing usable answers as one that is full.
    """
    use = np.divide(load, usable, out=np.ones(np.broadcast(load, usable).shape), where=usable > 0)
    return np.asarray(idle_ms / (1.0 - np.minimum(use, FULLEST)))


def build_load_price(
    devices: tuple[Device, ...], limits: Limits, weights: Weights, total_pct: float
) -> LoadPrice:
    """The price for a site that runs *total_pct* in all; no device can carry more than that."""
    usable = derate_capacity(devices, limits)
    mean = min(1.0, total_pct / max(usable.sum(), LEAST_PCT))  # use if all devices were used alike
    line = 1.0 - limits.reserve
    # The price bends where spread and reserve begin and where the response is sampled; doubled
    # bends would be segments of no width.
    uses = np.unique(np.array([0.0, *STEPS, mean, line, 1.0]))
    idle = np.array([device.response_ms for device in devices])
    ends = usable[:, None] * uses  # [d, k + 1]
    # Everybody who waits at a device waits for its answer, so waiting costs load times answer.
    answer = estimate_response_ms(idle[:, None], ends, usable[:, None])
    waiting = weights.response / 100.0 * ends * answer
    widths = np.diff(ends, axis=1)
    slopes = np.divide(
        np.diff(waiting, axis=1), widths, out=np.zeros_like(widths), where=widths > 0
    )
    slopes += weights.spread * (uses[:-1] >= mean) + weights.reserve * (uses[:-1] >= line)
    # Beyond usable capacity: dearer than all before it by the weight of overload, and wide enough
    # for all of the site's load, so that every fleet has a plan.
    steepest = np.maximum.accumulate(slopes, axis=1)[:, -1:] + weights.overload
    rest = np.full((len(devices), 1), max(total_pct, LEAST_PCT))
    # A segment of no width has no slope of its own, and rounding leaves dips; neither may fall.
    slopes = np.maximum.accumulate(np.hstack([slopes, steepest]), axis=1)
    return LoadPrice.from_segments(np.hstack([widths, rest]), slopes)
