"""The values of a message, checked cell by cell: a bad one costs itself, not its message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.messages.bad_values import LARGEST, BadCells, join_bad, keep_cell
from tocsin.domain.profile import Profile

NUMBERS = {int, float, type(None)}

Column = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Values:
    """The checked values of n readings: float32 ``[n, c]`` in the profile's order, NaN where
    missing; by channel as sent, None in place of what is bad; and the bad cells by channel."""

    array: NDArray[np.float32]
    channels: Mapping[str, Column]
    bad: Mapping[str, BadCells]


def check_values(channels: Mapping[str, Column], profile: Profile, readings: int) -> Values:
    """Set apart what is no number, and what lies outside the limits of the channel."""
    bad: dict[str, BadCells] = {}
    # All at once: by channel it takes twice as long, and it is nearly always well.
    if not set(map(type, chain.from_iterable(channels.values()))) <= NUMBERS:
        bad = _find(channels, {name: _find_no_numbers(channels[name]) for name in channels})
        channels = _blank(channels, bad)
    try:
        columns = columns_of(channels, profile, readings)
    except OverflowError:
        # A whole number may be too large for a float: as good as infinite.
        huge = _find(channels, {name: _find_huge(channels[name]) for name in channels})
        channels, bad = _blank(channels, huge), join_bad(bad, huge)
        columns = columns_of(channels, profile, readings)
    outside = profile.is_outside(columns)
    if outside.any():
        at = dict(zip(profile.channel_names, map(np.flatnonzero, outside), strict=True))
        found = _find(channels, {name: at[name].tolist() for name in channels})
        channels, bad = _blank(channels, found), join_bad(bad, found)
        columns[outside] = np.nan
    return Values(columns.T.astype(np.float32), channels, bad)


def check_alike(
    messages: Sequence[Mapping[str, Column]], profile: Profile, readings: int
) -> list[Values]:
    """Those of several messages of so many *readings*, each as ``check_values`` has them."""
    ordered = (_order(channels, profile, readings) for channels in messages)
    # In one list: numpy takes twice as long for lists of lists.
    cells = list(chain.from_iterable(chain.from_iterable(ordered)))
    if not set(map(type, cells)) <= NUMBERS:
        return [check_values(channels, profile, readings) for channels in messages]
    try:
        columns = np.array(cells, dtype=np.float64).reshape(len(messages), -1, readings)
    except OverflowError:
        return [check_values(channels, profile, readings) for channels in messages]
    outside = profile.is_outside(columns).reshape(len(messages), -1)
    is_bad: list[int] = np.count_nonzero(outside, axis=1).tolist()
    arrays = columns.transpose(0, 2, 1).astype(np.float32)
    return [
        check_values(channels, profile, readings) if bad else Values(array, channels, {})
        for channels, bad, array in zip(messages, is_bad, arrays, strict=True)
    ]


def columns_of(
    channels: Mapping[str, Column], profile: Profile, readings: int
) -> NDArray[np.float64]:
    """A message's channels in the profile's order, ``[c, n]``, NaN where missing.

    Raises OverflowError for a whole number too large for a float.
    """
    return np.array(_order(channels, profile, readings), dtype=np.float64)


def _order(channels: Mapping[str, Column], profile: Profile, readings: int) -> list[Column]:
    missing: list[float | None] = [None] * readings
    return [channels.get(name, missing) for name in profile.channel_names]


def _find(channels: Mapping[str, Column], at: Mapping[str, Sequence[int]]) -> dict[str, BadCells]:
    return {
        name: BadCells(tuple(indices), tuple(keep_cell(channels[name][index]) for index in indices))
        for name, indices in at.items()
        if indices
    }


def _find_no_numbers(column: Column) -> list[int]:
    return [index for index, cell in enumerate(column) if type(cell) not in NUMBERS]


def _find_huge(column: Column) -> list[int]:
    return [index for index, cell in enumerate(column) if cell and abs(cell) > LARGEST]


def _blank(channels: Mapping[str, Column], bad: Mapping[str, BadCells]) -> dict[str, Column]:
    """*channels* with None in place of each bad cell."""
    blanked = dict(channels)
    for name, cells in bad.items():
        column = list(channels[name])
        for index in cells.at:
            column[index] = None
        blanked[name] = column
    return blanked
