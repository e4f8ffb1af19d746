"""Numbers as whole steps, so that they come back bit for bit.

A sensor shows 0.0272223 because it counts in steps of 0.0000001: as a count it is short. What is no
such count keeps its bits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Parts of one, the finest first: nearly every row fits it, and the steps of a row take out again
# what is too fine. By dividing whole numbers that a float holds exactly, one gets the very float
# that the decimal number was read as.
SCALES: Final = (1e9, 1e6, 1e3, 1.0)
FLOAT32, FLOAT64 = len(SCALES), len(SCALES) + 1  # kinds of rows beside those by scale
KINDS: Final = FLOAT64 + 1
_LARGEST = 2.0**53
_SCALE_OF_KIND = np.array((*SCALES, 1.0, 1.0))


def count_steps(values: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The kind of each of m rows, and the whole numbers ``[m, n]`` that stand for its values.

    *values*: float64 ``[m, n]``, none missing.
    """
    kinds = np.full(len(values), FLOAT64, dtype=np.uint8)
    whole = np.empty(values.shape, dtype=np.int64)
    # -0.0 is no whole number of anything.
    left = np.flatnonzero(~((values == 0) & np.signbit(values)).any(axis=1))
    for kind, scale in enumerate(SCALES):
        if not len(left):
            break
        of_left = values[left]
        with np.errstate(over="ignore"):  # too large for this scale
            counts = np.rint(of_left * scale)
        fits = ((np.abs(counts) < _LARGEST) & (counts / scale == of_left)).all(axis=1)
        kinds[left[fits]] = kind
        whole[left[fits]] = counts[fits].astype(np.int64)
        left = left[~fits]
    _keep_bits(values, kinds, whole)
    return kinds, whole


def restore_values(kinds: NDArray[np.uint8], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """The values ``[m, n]`` that *whole* stands for."""
    values: NDArray[np.float64] = whole / _SCALE_OF_KIND[kinds][:, np.newaxis]
    if (kinds >= FLOAT32).any():
        single, double = kinds == FLOAT32, kinds == FLOAT64
        values[single] = whole[single].astype(np.uint32).view(np.float32)
        values[double] = whole[double].view(np.float64)
    return values


def _keep_bits(
    values: NDArray[np.float64], kinds: NDArray[np.uint8], whole: NDArray[np.int64]
) -> None:
    """Fill in the rows that are no whole numbers of anything."""
    left = np.flatnonzero(kinds == FLOAT64)
    if not len(left):
        return
    of_left = values[left]
    with np.errstate(over="ignore"):
        single = of_left.astype(np.float32)
    # Many programs hold their values so, and write them out with 17 digits.
    fits = (single == of_left).all(axis=1)
    kinds[left[fits]] = FLOAT32
    whole[left[fits]] = single[fits].view(np.uint32)
    whole[left[~fits]] = of_left[~fits].view(np.int64)
