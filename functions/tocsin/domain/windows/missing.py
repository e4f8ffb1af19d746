"""Sensors of a device that is too slow for its model, which otherwise says who is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AFTER = 10  # readings without a value: what models learn of sensors that never miss one
MISSING = 1  # as programs number it (readings.SENSOR_STATES)


def find_missing(
    before: NDArray[np.float32], values: NDArray[np.float32], window: int
) -> NDArray[np.int8] | None:
    """The states of the sensors at n readings *values* ``[n, c]`` that follow those *before* ``[m,
    c]``, int8 ``[n, c]``; None where none is missing. *window*: that of the profile; no more
    readings are kept."""
    every = np.concatenate((before, values))
    at = np.arange(1, len(every) + 1)[:, np.newaxis]
    last_known = np.maximum.accumulate(np.where(np.isnan(every), 0, at), axis=0)
    missing = (at - last_known)[len(before) :] >= min(AFTER, window)
    return missing.astype(np.int8) * np.int8(MISSING) if missing.any() else None
