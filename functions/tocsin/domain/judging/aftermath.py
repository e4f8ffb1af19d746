"""The time after an excursion, when a machine is not yet, or never again, where it was.

After a fault has passed, levels and temperatures often stay off for long: far above the threshold,
far below what the fault itself looked like. Without more ado the alert would not clear, and a
second fault would raise none. So for a while the threshold rises to a share of the excursion's
peak: what counts as anomalous then is what stands out from the aftermath. The peak fades, so a
state that lasts is called again, at the latest after some six hundred periods: ten minutes of a
device that sends a reading a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

SHARE = 0.3  # of the peak that the threshold rises to
FADES = 300.0  # periods in which the peak falls to 1/e
MOST = 30.0  # times the threshold: no peak counts for more


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is left of the last excursion: its ``peak`` as of event time ``t`` (ms), 0 for none."""

    peak: float = 0.0
    t: int = 0


NONE = Aftermath()


def fade(peak: float, elapsed: float) -> float:
    """What is left of *peak* after *elapsed* periods of event time."""
    return peak * exp(-elapsed / FADES)


def raise_threshold(aftermath: Aftermath, t: int, threshold: float, period_ms: float) -> float:
    """The threshold at *t* (ms): *threshold*, or in an aftermath a share of what is left of it."""
    if not aftermath.peak:
        return threshold
    return max(threshold, SHARE * fade(aftermath.peak, (t - aftermath.t) / period_ms))


def next_aftermath(
    aftermath: Aftermath, t: int, score: float, threshold: float, period_ms: float
) -> Aftermath:
    """What is left after a reading at *t* (ms) with *score*, *threshold* not being raised."""
    if not aftermath.peak and not score > threshold:
        return aftermath
    peak = fade(aftermath.peak, (t - aftermath.t) / period_ms)
    if score > max(peak, threshold):
        return Aftermath(min(score, MOST * threshold), t)
    # Too little to raise the threshold is nothing.
    return Aftermath(peak, t) if SHARE * peak > threshold else NONE
