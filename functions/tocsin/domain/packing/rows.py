"""Rows of numbers as bytes, and back: what does not change within a row is written once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.packing.planes import Reader, count_bytes, cut_bytes, write_planes
from tocsin.domain.packing.steps import KINDS, count_steps, restore_values

_DELTA, _GAPS = 8, 16  # marks beside the kind of a row
_KIND: Final = _DELTA - 1
_BASE_BITS: Final = 4  # of a byte that has the widths of base and step


class Rows:
    """M rows of n numbers, each a base and a count of steps from it, as bytes to cut messages from.

    What is done for the rows of one message takes nearly as long as for those of hundreds.
    """

    def __init__(self, values: NDArray[np.float64]) -> None:
        """*values*: float64 ``[M, n]``, n at least 1, NaN where missing."""
        missing = np.isnan(values)
        gaps: NDArray[np.bool_] = np.asarray(missing.any(axis=1))
        if gaps.any():
            values = _fill(values, missing)
        kinds, whole = count_steps(values)
        # Whole numbers may wrap around, here and back.
        differences = whole - whole[:, :1]
        steps = np.gcd.reduce(differences, axis=1)
        steps[steps == 0] = 1
        counts = differences // steps[:, np.newaxis]
        plain, delta = _fold(counts), _fold(np.diff(counts, axis=1, prepend=0))
        # Where differences are the smaller ones, the row moves; otherwise they add its noise twice.
        moves = delta.sum(axis=1, dtype=np.float64) < plain.sum(axis=1, dtype=np.float64)
        chosen = np.where(moves[:, np.newaxis], delta, plain)
        heads = np.stack((_fold(whole[:, 0]), steps.view(np.uint64)), axis=1)
        widths, head_widths = count_bytes(chosen.max(axis=1)), count_bytes(heads)
        marks = kinds | (moves * np.uint8(_DELTA)) | (gaps * np.uint8(_GAPS))
        self._marks, self._widths = marks.tobytes(), widths.tobytes()
        self._head_widths = (head_widths[:, 0] | head_widths[:, 1] << _BASE_BITS).tobytes()
        self._heads = write_planes(heads.reshape(-1, 1), head_widths.reshape(-1))
        self._head_ends = cut_bytes(head_widths.sum(axis=1), 1)
        self._gaps = np.packbits(missing[gaps], axis=1).tobytes()
        self._gap_ends = cut_bytes(gaps, -(-values.shape[1] // 8))
        self._counts = write_planes(chosen, widths)
        self._count_ends = cut_bytes(widths, values.shape[1])

    def write(self, first: int, end: int) -> bytes:
        """The rows from *first* until before *end*; how many they are is not told in them."""
        heads, gaps, counts = self._head_ends, self._gap_ends, self._count_ends
        return b"".join(
            (
                self._marks[first:end],
                self._widths[first:end],
                self._head_widths[first:end],
                self._heads[heads[first] : heads[end]],
                self._gaps[gaps[first] : gaps[end]],
                self._counts[counts[first] : counts[end]],
            )
        )


def read_rows(content: bytes, rows: int, readings: int) -> NDArray[np.float64]:
    """The *rows* of so many *readings* that ``Rows.write`` wrote: float64, NaN where missing.

    Raises ValueError where *content* is not that of such rows.
    """
    reader = Reader(content)
    marks, widths, both = reader.take(3 * rows).reshape(3, rows)
    if rows and (marks & _KIND).max() >= KINDS:
        raise ValueError("there is no such kind of rows")
    head_widths = np.stack((both & (1 << _BASE_BITS) - 1, both >> _BASE_BITS), axis=1)
    heads = reader.read_planes(head_widths.reshape(-1), 1).reshape(rows, 2)
    gaps = np.flatnonzero(marks & _GAPS)
    gap_bytes = -(-readings // 8)
    bits = reader.take(len(gaps) * gap_bytes).reshape(len(gaps), gap_bytes)
    counts = _unfold(reader.read_planes(widths, readings))
    reader.end()
    moves = np.flatnonzero(marks & _DELTA)
    if len(moves):
        counts[moves] = np.cumsum(counts[moves], axis=1)
    steps, bases = heads[:, 1:].view(np.int64), _unfold(heads[:, :1])
    kinds = (marks & _KIND).astype(np.uint8)
    values = restore_values(kinds, counts * steps + bases)
    if len(gaps):
        flags = np.unpackbits(bits, axis=1, count=readings)
        values[gaps] = np.where(flags > 0, np.nan, values[gaps])
    return values


def _fill(values: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """With the row's first value where some are missing, and 0 where all are."""
    first = values[np.arange(len(values)), np.argmin(missing, axis=1)]
    first = np.where(np.isnan(first), 0.0, first)
    return np.where(missing, first[:, np.newaxis], values)


def _fold(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """0, -1, 1, -2, … as 0, 1, 2, 3, …: small stays small, on either side."""
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)


def _unfold(numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    signed = (numbers >> np.uint64(1)).view(np.int64)
    signed ^= -(numbers & np.uint64(1)).view(np.int64)
    return signed
