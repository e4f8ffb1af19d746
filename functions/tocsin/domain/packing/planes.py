"""Whole numbers byte by byte: all low bytes of a row, then its next ones; what is alike lies
together, and is the shorter for it when it is compressed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BYTES = 8
_LIMITS = np.array([256**width for width in range(_BYTES)], dtype=np.uint64)
_PLACES = np.arange(_BYTES, dtype=np.uint8)


def count_bytes(largest: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bytes numbers up to *largest* need; none for 0."""
    return np.searchsorted(_LIMITS, largest, side="right").astype(np.uint8)


def write_planes(numbers: NDArray[np.uint64], widths: NDArray[np.uint8]) -> bytes:
    """*numbers* ``[m, n]``, each row in so many bytes a number as *widths* ``[m]`` says."""
    planes = numbers.astype("<u8").view(np.uint8).reshape(*numbers.shape, _BYTES)
    return planes.transpose(0, 2, 1)[_choose(widths)].tobytes()


def cut_bytes(counts: NDArray[Any], size: int) -> list[int]:
    """Where the bytes of each row begin, and where the last ones end: *counts* times *size*."""
    return [0, *(np.cumsum(counts, dtype=np.int64) * size).tolist()]


class Reader:
    """Takes bytes one part after the other. Raises ValueError where there are too few."""

    def __init__(self, content: bytes) -> None:
        self._left = np.frombuffer(content, dtype=np.uint8)

    def take(self, count: int) -> NDArray[np.uint8]:
        if count > len(self._left):
            raise ValueError("it breaks off")
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def read_planes(self, widths: NDArray[np.uint8], count: int) -> NDArray[np.uint64]:
        """The *count* numbers of each row, ``[m, count]``."""
        if widths.max(initial=0) > _BYTES:
            raise ValueError("no number has more than 8 bytes")
        taken = self.take(int(widths.sum()) * count)
        planes = np.zeros((len(widths), _BYTES, count), dtype=np.uint8)
        planes[_choose(widths)] = taken.reshape(-1, count)
        numbers = np.ascontiguousarray(planes.transpose(0, 2, 1)).view("<u8")
        return numbers.reshape(len(widths), count).astype(np.uint64, copy=False)

    def end(self) -> None:
        if len(self._left):
            raise ValueError(f"{len(self._left)} bytes are left over")


def _choose(widths: NDArray[np.uint8]) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = widths[:, np.newaxis] > _PLACES
    return chosen
