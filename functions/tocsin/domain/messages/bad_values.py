"""Cells of a message that hold no value, and what stood there.

A probe that cannot be read answers -127 or 85.0, an empty register 65535, a spreadsheet "#N/A".
None of it says anything of the machine, so the cell counts as missing. What stood there is kept
beside: it tells what is wrong with the sensor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from reprlib import repr as brief
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.stored import NUMBER, take_field

LARGEST = 1e300  # of a number that is kept as one: a float, and no infinity
LONGEST_TEXT = 30  # of what is kept of a cell that is no number

Cell = float | str


@dataclass(frozen=True, slots=True)
class BadCells:
    """The bad cells of one channel: at which readings, and what stood there. A text tells what was
    no number."""

    at: tuple[int, ...]
    values: tuple[Cell, ...]

    def value_at(self, index: int) -> Cell | None:
        """What stood at the reading *index*, None where its cell is good."""
        return self.values[self.at.index(index)] if index in self.at else None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> BadCells:
        """Raises DamagedDocumentError."""
        return cls(
            at=tuple(take_field(document, "at", list)),
            values=tuple(take_field(document, "values", list)),
        )

    def to_document(self) -> dict[str, Any]:
        return {"at": list(self.at), "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class LastBad:
    """The newest bad cell of a channel: its ``value``, event time ``t`` (ms), and how many there
    have been."""

    value: Cell
    t: int
    count: int

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LastBad:
        """Raises DamagedDocumentError."""
        return cls(
            value=take_field(document, "value", *NUMBER, str),
            t=take_field(document, "t", int),
            count=take_field(document, "count", int),
        )

    def to_document(self) -> dict[str, Any]:
        return {"value": self.value, "t": self.t, "count": self.count}


NONE_BAD: Mapping[str, LastBad] = {}


def count_bad(
    known: Mapping[str, LastBad], bad: Mapping[str, BadCells], times: Sequence[int]
) -> Mapping[str, LastBad]:
    """What is known of a device's bad cells after a message with readings at *times* (ms)."""
    if not bad:
        return known
    counts = {name: known[name].count if name in known else 0 for name in bad}
    news = {
        name: LastBad(cells.values[-1], times[cells.at[-1]], counts[name] + len(cells.at))
        for name, cells in bad.items()
    }
    return {**known, **news}


def join_bad(first: Mapping[str, BadCells], second: Mapping[str, BadCells]) -> dict[str, BadCells]:
    """The bad cells of both, in the order of the readings."""
    joined = {**first, **second}
    for name in first.keys() & second.keys():
        cells = [
            pair for part in (first[name], second[name])
            for pair in zip(part.at, part.values, strict=True)
        ]  # fmt: skip
        cells.sort(key=lambda cell: cell[0])
        joined[name] = BadCells(tuple(at for at, _ in cells), tuple(value for _, value in cells))
    return joined


def keep_bad(bad: Mapping[str, BadCells], kept: NDArray[np.bool_]) -> dict[str, BadCells]:
    """The bad cells of those readings of a message that are *kept*, bool ``[n]``."""
    index_of = {int(at): index for index, at in enumerate(np.flatnonzero(kept))}
    found = {}
    for name, cells in bad.items():
        left = [
            (index_of[at], value)
            for at, value in zip(cells.at, cells.values, strict=True)
            if at in index_of
        ]
        if left:
            found[name] = BadCells(tuple(at for at, _ in left), tuple(value for _, value in left))
    return found


def keep_cell(cell: object) -> Cell:
    """What a document can keep of a bad cell: a number as it is, anything else as short text."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) <= LARGEST:
        return cell
    text = cell if isinstance(cell, str) else brief(cell)
    return brief(text)[1:-1] if not text.isprintable() or len(text) > LONGEST_TEXT else text
