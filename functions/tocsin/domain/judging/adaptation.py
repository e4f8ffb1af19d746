"""What is usual for one device, learned from its own scores.

Devices of one profile differ: where one's normal scores are 1.3 times the profile's, so should its
threshold be. Tracked is the USUAL_QUANTILE of the device's normal scores, by stochastic
approximation (Robbins and Monro 1951) of its logarithm: a score above the tracked level lifts it by
UP ticks, any other lowers it by one, so that it rests where one score in twenty is above. Ticks are
whole numbers: the outcome is the same to the bit however a stream is cut into messages.

Learning is slow on purpose. One odd hour lifts a threshold by 7 % at most, and a fault that creeps
in over days is the profile's to see, since no factor leaves [LEAST, MOST].

But a new device may be unlike its kind from its first minute on, and go on like that: a difference
of the individual, no onset. So what it shows in its first FIRST readings counts at once, as a
provisional factor: each score moves the level by a step that falls as 1/n, as the mean of n values
does. It only lifts a threshold, by MOST_AT_FIRST at most: what is odder than that is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, floor, log

from tocsin.domain.hot_records import dataclass

USUAL_QUANTILE = 0.95
UP = 19  # rests where UP · (1 - USUAL_QUANTILE) = 1 · USUAL_QUANTILE
FALL_PER_S = 1e-6  # what a second of quiet scores takes off the logarithm: 8 % a day
LEARNS_FOR_S = (
    86_400  # one day: a factor told from less would be that of a shift or a season's hour
)
LEAST, MOST = 0.8, 3.0
GRAIN = 0.01  # a threshold moves in steps of a hundredth, not with each reading
FIRST = 3_600  # readings in which a device learns its own level quickly
FIRST_FALL = 0.05  # what the n-th quiet score takes off the logarithm then: this share of 1/n
CAUTION = 100  # readings that count as seen before the first: no single score moves the level far
LEAST_READINGS = 16  # from fewer nothing is told of a device
# Healthy simulated workcells differ by a factor of 1.13, the oddest of 243 by 1.57.
MOST_AT_FIRST = 1.6


@dataclass(frozen=True, slots=True)
class Usual:
    """How far the tracked level lies above the profile's, in ticks of its logarithm, and from how
    many readings that is known (counted up to what learning takes)."""

    ticks: int = 0
    readings: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """A profile's constants: ``tick`` on the logarithm, ``grain``, ``lowest`` and ``highest`` in
    ticks, the rest in readings: ``learns_for``, until the factor is the device's own, and
    ``first``, in which it is learned quickly."""

    tick: float
    grain: int
    lowest: int
    highest: int
    learns_for: int
    first: int = 0

    @classmethod
    def of(cls, period_s: float) -> Pace:
        """For devices that send a reading every *period_s*."""
        tick = FALL_PER_S * period_s
        grain = max(1, round(GRAIN / tick))
        return cls(
            tick=tick,
            grain=grain,
            lowest=ceil(log(LEAST) / (tick * grain)) * grain,
            highest=floor(log(MOST) / (tick * grain)) * grain,
            learns_for=(learns_for := ceil(LEARNS_FOR_S / period_s)),
            first=min(FIRST, learns_for),
        )

    def factor(self, ticks: int, readings: int) -> float:
        """What the profile's threshold is multiplied by; provisional until a day is known."""
        own = exp((ticks + self.grain // 2) // self.grain * self.grain * self.tick)
        if readings >= self.learns_for:
            return own
        if not self.first or readings < LEAST_READINGS:
            return 1.0
        return min(max(own, 1.0), MOST_AT_FIRST)

    def ratio(self, ticks: int) -> float:
        """The tracked level over the profile's."""
        return exp(ticks * self.tick)

    def after(self, ticks: int, readings: int, *, above: bool) -> int:
        """The ticks after one more normal score, *readings* being known before it."""
        step = self.fall(readings, readings + 1)
        return min(ticks + UP * step, self.highest) if above else max(ticks - step, self.lowest)

    def fall(self, start: int, end: int) -> int:
        """By how many ticks quiet scores lower the level, from *start* readings known to *end*."""
        if start >= self.first:
            return end - start
        fallen, middle = _add_up_falls(self.tick, self.first), min(end, self.first)
        return fallen[middle] - fallen[start] + (end - middle)


@lru_cache(maxsize=64)
def _add_up_falls(tick: float, first: int) -> Sequence[int]:
    """``[first + 1]`` ticks by which the level has fallen after so many quiet scores."""
    steps = (max(1, round(FIRST_FALL / (CAUTION + n) / tick)) for n in range(first))
    return tuple(accumulate(steps, initial=0))
