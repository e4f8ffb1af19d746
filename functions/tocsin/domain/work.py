"""What a device measured of its own work lately: how busy its processor was, how soon it answered.

Kept in the device's document as medians of a few readings each, so that whoever plans its site
needs no history, and one odd reading moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.domain.profile import Profile
from tocsin.domain.stored import NUMBER, take_field, take_part
from tocsin.domain.windows import History

CPU_CHANNEL, ANSWER_CHANNEL = "cpu_pct", "response_ms"  # as a profile names them
READINGS = 5  # of one sample
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """Medians of READINGS readings, the last of them at event time ``t`` (ms).

    ``cpu_pct``: of the device's own processor. ``answer_ms``: of its tasks.
    """

    t: int
    cpu_pct: float
    answer_ms: float


@dataclass(frozen=True, slots=True)
class Work:
    """``period_ms``: between two readings. ``message_ms``: that the newest message covers, so about
    what passes between two messages. ``samples``: oldest first; empty where nothing is measured.
    """

    period_ms: int = 0
    message_ms: int = 0
    samples: tuple[Sample, ...] = ()

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
    if CPU_CHANNEL not in names or ANSWER_CHANNEL not in names:
        return work
    count = len(history.t) // READINGS
    if not count:
        return work
    columns = [names.index(CPU_CHANNEL), names.index(ANSWER_CHANNEL)]
    newest = slice(-count * READINGS, None)
    values = history.values[newest][:, columns].reshape(count, READINGS, 2)
    middle = np.sort(values, axis=1)[:, READINGS // 2].round(DIGITS).tolist()
    # Sorted, a missing value comes last: a sample with one is no sample of five.
    whole = ~np.isnan(values).any(axis=(1, 2))
    times = history.t[newest].reshape(count, READINGS)[:, -1].tolist()
    samples = (
        Sample(t, cpu, answer)
        for index, (t, (cpu, answer)) in enumerate(zip(times, middle, strict=True))
        if whole[index]
    )
    return Work(work.period_ms, work.message_ms, tuple(samples))


def read_work(document: Mapping[str, Any]) -> Work:
    """The part ``work`` of a ``devices`` document; UNKNOWN in one from before it was kept.

    Raises DamagedDocumentError.
    """
    found = take_part(document, "work")
    if found is None:
        return UNKNOWN
    columns = [_read_column(found, name) for name in ("t", "cpuPct", "answerMs")]
    length = min(map(len, columns))
    rows = zip(*(column[:length] for column in columns), strict=True)
    return Work(
        take_field(found, "periodMs", int),
        take_field(found, "messageMs", int),
        tuple(Sample(int(t), float(cpu), float(answer)) for t, cpu, answer in rows),
    )


def _read_column(found: Mapping[str, Any], name: str) -> list[Any]:
    column: list[Any] = take_field(found, name, list)
    for index, value in enumerate(column):
        place = f"work.{name}[{index}]"
        take_field({**found, place: value}, place, *NUMBER)
        if not math.isfinite(value):
            take_field({**found, place: None}, place, *NUMBER)
    return column
