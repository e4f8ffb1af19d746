"""What a device measured of its own work lately: how busy its processor was, how soon it answered.

Kept in the device's document as medians of a few readings each, so that whoever plans its site
needs no history, and one odd reading moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile
from tocsin.domain.stored import NUMBER, OPTIONAL_NUMBER, take_field, take_part
from tocsin.domain.windows.window import History

CPU_CHANNEL, ANSWER_CHANNEL = "cpu_pct", "response_ms"  # as a profile names them
READINGS = 5  # of one sample
# Of the processor, and as a share of an answer: a smaller change from sample to sample is noise.
CHANGED_PCT, CHANGED_ANSWER = 6.0, 0.3
USUAL_PERIOD_MS = 1_000  # of a device whose profile is not known yet
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """Medians of READINGS readings, the last of them at event time ``t`` (ms).

    ``cpu_pct``: of the device's own processor. ``answer_ms``: of its tasks, None where its profile
    has no such channel.
    """

    t: int
    cpu_pct: float
    answer_ms: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """``period_ms``: between two readings. ``message_ms``: that the newest message covers, so about
    what passes between two messages. ``samples``: oldest first; empty where nothing is measured.
    """

    period_ms: int = 0
    message_ms: int = 0
    samples: tuple[Sample, ...] = ()

    def has_changed(self, told: Work) -> bool:
        """Whether the newest sample says something else than that of *told*, beyond noise."""
        if not self.samples or not told.samples:
            return len(self.samples) != len(told.samples)
        new, old = self.samples[-1], told.samples[-1]
        if abs(new.cpu_pct - old.cpu_pct) > CHANGED_PCT:
            return True
        if new.answer_ms is None or old.answer_ms is None:
            return new.answer_ms != old.answer_ms
        shortest = min(new.answer_ms, old.answer_ms)
        return abs(new.answer_ms - old.answer_ms) > CHANGED_ANSWER * shortest

    def measure_periods(self, count: float) -> float:
        """How long (ms) so many periods of its device last."""
        return count * (self.period_ms or USUAL_PERIOD_MS)

    def to_document(self) -> dict[str, Any]:
        return {
            "periodMs": self.period_ms,
            "messageMs": self.message_ms,
            "t": [sample.t for sample in self.samples],
            "cpuPct": [sample.cpu_pct for sample in self.samples],
            "answerMs": [sample.answer_ms for sample in self.samples],
        }


UNKNOWN = Work()


def measure_work(history: History, profile: Profile, readings: int) -> Work:
    """From the newest readings, *readings* of them in the newest message."""
    period_ms = round(profile.period_s * 1_000)
    work = Work(period_ms, readings * period_ms)
    names = profile.channel_names
    count = len(history.t) // READINGS
    if CPU_CHANNEL not in names or not count:
        return work
    wanted = [names.index(name) for name in (CPU_CHANNEL, ANSWER_CHANNEL) if name in names]
    newest = slice(-count * READINGS, None)
    values = history.values[newest][:, wanted].reshape(count, READINGS, len(wanted))
    middle = np.sort(values, axis=1)[:, READINGS // 2].round(DIGITS).tolist()
    # A missing value makes a sum missing: a sample with one is no sample of five.
    sums = values.sum(axis=(1, 2)).tolist()
    times = history.t[newest].reshape(count, READINGS)[:, -1].tolist()
    samples = (
        Sample(t, row[0], row[1] if len(row) > 1 else None)
        for t, row, total in zip(times, middle, sums, strict=True)
        if math.isfinite(total)
    )
    return Work(work.period_ms, work.message_ms, tuple(samples))


def read_work(document: Mapping[str, Any]) -> Work:
    """The part ``work`` of a ``devices`` document; UNKNOWN in one from before it was kept.

    Raises DamagedDocumentError.
    """
    found = take_part(document, "work")
    if found is None:
        return UNKNOWN
    columns = [
        _read_column(found, "t", int),
        _read_column(found, "cpuPct", *NUMBER),
        _read_column(found, "answerMs", *OPTIONAL_NUMBER),
    ]
    return Work(
        take_field(found, "periodMs", int),
        take_field(found, "messageMs", int),
        tuple(Sample(*row) for row in zip(*columns, strict=False)),
    )


def _read_column(found: Mapping[str, Any], name: str, *types: type) -> list[Any]:
    column: list[Any] = take_field(found, name, list)
    for index, value in enumerate(column):
        place = f"work.{name}[{index}]"
        finite = None if isinstance(value, float) and not math.isfinite(value) else value
        take_field({**found, place: finite}, place, *types)
    return column
