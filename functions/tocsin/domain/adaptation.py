"""What is usual for one device, learned from its own scores.

Devices of one profile differ: where one's normal scores are 1.3 times the profile's, so should its
threshold be. Tracked is the USUAL_QUANTILE of the device's normal scores, by stochastic
approximation (Robbins and Monro 1951) of its logarithm: a score above the tracked level lifts it by
UP ticks, any other lowers it by one, so that it rests where one score in twenty is above. Ticks are
whole numbers: the outcome is the same to the bit however a stream is cut into messages.

Learning is slow on purpose. One odd hour lifts a threshold by 7 % at most, and a fault that creeps
in over days is the profile's to see, since no factor leaves [LEAST, MOST].
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, log

USUAL_QUANTILE = 0.95
UP = 19  # rests where UP · (1 - USUAL_QUANTILE) = 1 · USUAL_QUANTILE
FALL_PER_S = 1e-6  # what a second of quiet scores takes off the logarithm: 8 % a day
LEARNS_FOR_S = (
    86_400  # one day: a factor told from less would be that of a shift or a season's hour
)
LEAST, MOST = 0.8, 3.0
GRAIN = 0.01  # a threshold moves in steps of a hundredth, not with each reading


@dataclass(frozen=True, slots=True)
class Usual:
    """How far the tracked level lies above the profile's, in ticks of its logarithm, and from how
    many readings that is known (counted up to what learning takes)."""

    ticks: int = 0
    readings: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """A profile's constants: ``tick`` on the logarithm, the rest in ticks but ``learns_for``, which
    is in readings."""

    tick: float
    grain: int
    lowest: int
    highest: int
    learns_for: int

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
            learns_for=ceil(LEARNS_FOR_S / period_s),
        )

    def factor(self, ticks: int, readings: int) -> float:
        """What the profile's threshold is multiplied by; 1 until enough readings are known."""
        if readings < self.learns_for:
            return 1.0
        return exp((ticks + self.grain // 2) // self.grain * self.grain * self.tick)

    def ratio(self, ticks: int) -> float:
        """The tracked level over the profile's."""
        return exp(ticks * self.tick)

    def after(self, ticks: int, *, above: bool) -> int:
        """The ticks after one more normal score."""
        return min(ticks + UP, self.highest) if above else max(ticks - 1, self.lowest)
