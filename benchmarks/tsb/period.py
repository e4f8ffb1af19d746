"""The period of a series, by TSB-AD's rule: it bounds the tolerance of the measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS = 20_000  # at most, from the start
LAGS = 400
SHORTEST_LAG = 3
LONGEST = 300  # beyond the shortest lag; what is outside has no period
WITHOUT = 125


def period(channel: NDArray[np.float64]) -> int:
    """Rows between a channel's ``[n]`` most alike parts: its autocorrelation's highest peak.

    A channel without a peak between 6 and 303 rows, a constant one for instance, has 125.
    """
    alike = autocorrelation(channel[:ROWS])[SHORTEST_LAG:]
    inner = alike[1:-1]
    peaks = 1 + np.flatnonzero((inner > alike[:-2]) & (inner > alike[2:]))
    if not len(peaks):
        return WITHOUT
    highest = int(peaks[np.argsort(alike[peaks])[-1]])
    return highest + SHORTEST_LAG if SHORTEST_LAG <= highest <= LONGEST else WITHOUT


def autocorrelation(channel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the lags 0 to 400 or ``n - 1``, not corrected for the fewer products of long lags."""
    centred = channel - channel.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    products = np.fft.irfft(np.abs(spectrum) ** 2)[: min(LAGS + 1, len(centred))]
    if not centred.any():
        return np.zeros_like(products)
    alike: NDArray[np.float64] = products / products[0]
    return alike
