"""How far a device's readings are rolled up, and what new messages mean for that."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.charts.rollup import HOUR_MS, MINUTE, MINUTE_MS
from tocsin.domain.charts.stored_message import LAST_MS
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.packing.messages import unpack_columns
from tocsin.domain.stored import take_field

LARGEST_SLACK_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that was stored, or stored again: whose, and the event times of its readings (ms,
    increasing, at least one)."""

    device_id: str
    t: Sequence[int]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Arrival:
        """Read a ``readings`` document. Raises DamagedDocumentError."""
        t = take_field(unpack_columns(document), "t", list)
        if not t or not all(type(time) is int and abs(time) <= LAST_MS for time in t):
            raise DamagedDocumentError(
                f"the stored message {document.get('id')!r} of device "
                f"{document.get('deviceId')!r} is damaged: t are not times"
            )
        return cls(take_field(document, "deviceId", str), t)


@dataclass(frozen=True, slots=True)
class Progress:
    """``until``: the stretches of minutes before it (ms) are rolled up. ``hour``: the hours before
    the one that begins then (ms) are."""

    until: int
    hour: int

    @classmethod
    def after(cls, newest_stretch: int) -> Progress:
        """What the newest stored stretch of minutes says; it is the last that was written, and its
        hour may be not."""
        return cls(newest_stretch + MINUTE.stretch_ms, start_hour(newest_stretch))

    @classmethod
    def before(cls, first_t: int) -> Progress:
        """Nothing is rolled up, and the first reading is at *first_t* (ms)."""
        return cls(MINUTE.start(first_t), start_hour(first_t))


def start_hour(t: int) -> int:
    return t // HOUR_MS * HOUR_MS


def find_complete(device_id: str, newest_t: int) -> int:
    """The time (ms) before which stretches are complete, once a reading of *newest_t* is stored.

    A message may be late by the device's slack. That is another for each device, so that a fleet is
    not rolled up all at one moment.
    """
    slack_ms = zlib.crc32(device_id.encode(errors="replace")) % LARGEST_SLACK_MS
    return MINUTE.start(newest_t - slack_ms)


def find_late(arrivals: Sequence[Arrival], until: int) -> list[int]:
    """The stretches before *until* in which new readings lie, oldest first."""
    late = (arrival.t for arrival in arrivals if arrival.t[0] < until)
    return sorted({MINUTE.start(t) for times in late for t in times if t < until})


def join_stretches(starts: Sequence[int]) -> list[tuple[int, int]]:
    """Those that lie side by side as one, each from its first to before its last time (ms)."""
    runs: list[tuple[int, int]] = []
    for start in starts:
        end = start + MINUTE.stretch_ms
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs
