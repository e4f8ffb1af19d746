"""Records that somebody wants scored, and nothing else: put into windows, each for itself.

A record is either a *window*, a list of values for each channel, the last of which is scored, or a
*reading*, one value for each channel. Readings follow each other as the profile's period has it,
so each is scored with those before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.messages.values import columns_of
from tocsin.domain.profile import Profile

Column = Sequence[float | None]
Record = Mapping[str, float | Column | None]


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found of a record. ``contributions``, ``sensors``: of the channels that it has;
    sensors only where one is ``missing`` or ``stuck``."""

    score: float
    anomalous: bool
    contributions: Mapping[str, float]
    sensors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """k windows float32 ``[k, window, c]``, the index of the record of each, and by index why a
    record has none."""

    windows: NDArray[np.float32]
    indices: Sequence[int]
    errors: Mapping[int, str]


def gather_windows(records: Sequence[Record | str], profile: Profile) -> Gathered:
    """The windows of *records*; a text stands for a record that is none, and says why."""
    errors: dict[int, str] = {}
    windows: dict[int, NDArray[np.float32]] = {}
    rows: list[NDArray[np.float32]] = []
    readings: list[int] = []
    for index, record in enumerate(records):
        try:
            is_reading, values = _read_record(record, profile)
        except InvalidRequestError as error:
            errors[index] = str(error)
            continue
        if is_reading:
            rows.append(values)
            readings.append(index)
        else:
            windows[index] = values
    before = profile.window - 1
    for index in readings[:before]:
        errors[index] = (
            f"a score needs {profile.window} readings; send those before this one, or give each "
            "channel as a list"
        )
    if len(readings) > before:
        every = np.lib.stride_tricks.sliding_window_view(np.concatenate(rows), profile.window, 0)
        windows.update(zip(readings[before:], every.transpose(0, 2, 1), strict=True))
    indices = sorted(windows)
    empty = np.empty((0, profile.window, len(profile.channels)), dtype=np.float32)
    stacked = np.stack([windows[index] for index in indices]) if indices else empty
    return Gathered(stacked, indices, errors)


def _read_record(record: Record | str, profile: Profile) -> tuple[bool, NDArray[np.float32]]:
    """Whether it is a reading, and its values float32 ``[1 or window, c]``.

    Raises InvalidRequestError saying what is wrong with it.
    """
    if isinstance(record, str):
        raise InvalidRequestError(record)
    if not record:
        raise InvalidRequestError("it has no channel")
    for name in record:
        if name not in profile.channel_names:
            known = ", ".join(profile.channel_names)
            raise InvalidRequestError(f"there is no channel {name!r:.80}; there are {known}")
    lists = {name: part for name, part in record.items() if isinstance(part, Sequence)}
    if not lists:
        singles = {name: part for name, part in record.items() if not isinstance(part, Sequence)}
        return True, _to_array({name: [part] for name, part in singles.items()}, profile, 1)
    lengths = {len(column) for column in lists.values()}
    if len(lists) < len(record) or len(lengths) > 1:
        raise InvalidRequestError("its channels must all be numbers, or all be lists of one length")
    (length,) = lengths
    if length < profile.window:
        raise InvalidRequestError(f"it has {length} readings; a score needs {profile.window}")
    newest = {name: column[-profile.window :] for name, column in lists.items()}
    return False, _to_array(newest, profile, profile.window)


def _to_array(
    channels: Mapping[str, Column], profile: Profile, readings: int
) -> NDArray[np.float32]:
    try:
        columns = columns_of(channels, profile, readings)
    except OverflowError as error:
        raise InvalidRequestError("a value is too large") from error
    with np.errstate(over="ignore"):
        values = columns.T.astype(np.float32)
    if np.isinf(values).any():
        raise InvalidRequestError("a value is too large")
    # As in a message: what no sensor shows is missing.
    values[profile.is_outside(columns).T] = np.nan
    return values
