"""The building blocks of signals: daily cycles, lags, coloured noise, quantisation.

Every function works on one stretch of readings and takes and returns the state it needs, so
that stretches put end to end equal one long run. Time constants are in readings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
# 1970-01-01 was a Thursday.
EPOCH_WEEKDAY = 3


def hour_of_day(t_ms: Times, utc_offset_h: float) -> Floats:
    """Local time of day in hours, 0 ≤ h < 24, for event times in ms."""
    local = t_ms + round(utc_offset_h * HOUR_MS)
    return (local % DAY_MS) / HOUR_MS


def is_weekend(t_ms: Times, utc_offset_h: float) -> NDArray[np.bool_]:
    local = t_ms + round(utc_offset_h * HOUR_MS)
    return (local // DAY_MS + EPOCH_WEEKDAY) % 7 >= 5


def daily(hours: Floats, *, peak_h: float) -> Floats:
    """A smooth daily cycle between -1 and 1 with its maximum at *peak_h*."""
    return np.cos((hours - peak_h) * (2 * np.pi / 24))


def lag(values: Floats, tau: float, before: float) -> Floats:
    """First-order lag of *values* [n] with time constant *tau*, coming from *before*.

    Closed form of ``y[i] = a*y[i-1] + (1-a)*values[i]`` with ``a = exp(-1/tau)``. Keep n/tau
    under 600 so that the powers stay within a double.
    """
    decay = np.exp(-np.arange(1, len(values) + 1) / tau)
    gain = 1.0 - np.exp(-1.0 / tau)
    lagged: Floats = decay * (before + np.cumsum(gain * values / decay))
    return lagged


def draw_coloured(
    rng: np.random.Generator, n: int, tau: float, spread: float, before: float
) -> Floats:
    """Noise [n] with correlation time *tau* and standard deviation *spread* (AR(1))."""
    share = np.exp(-1.0 / tau)
    innovation = spread * np.sqrt(1.0 - share * share)
    return lag(rng.standard_normal(n) * innovation / (1.0 - share), tau, before)


def draw_bounded(rng: np.random.Generator, n: int, reach: float) -> Floats:
    """Standard normal noise [n] folded at ± *reach*, as of a quantity that never goes beyond."""
    noise = rng.standard_normal(n)
    over = np.abs(noise) > reach
    noise[over] = rng.uniform(-reach, reach, size=int(over.sum()))
    return noise


def quantise(values: Floats, step: float, offset: float = 0.0) -> Floats:
    """Round to the sensor's resolution: multiples of *step* from *offset*."""
    # The second rounding drops the binary residue, so that numbers print short.
    return np.round(np.round((values - offset) / step) * step + offset, 9)
