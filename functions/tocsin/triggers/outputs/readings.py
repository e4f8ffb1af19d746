"""What the API answers of the readings of a device (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from tocsin.triggers.api.answers import Output


class PointsShown(Output):
    """How many readings each point of a chart stands for, and how many of them were anomalous."""

    t: list[int]
    readings: list[int]
    anomalous: list[int]


class SeriesShown(Output):
    """One line of a chart: ``values`` in ``raw``, else ``min``, ``max`` and ``mean``."""

    t: list[int]
    values: list[float | None] | UnsetType = UNSET
    min: list[float | None] | UnsetType = UNSET
    max: list[float | None] | UnsetType = UNSET
    mean: list[float | None] | UnsetType = UNSET


class UnscoredShown(Output):
    """So many ``readings`` between two event times (ms) have no score, for one reason."""

    reason: str
    text: str
    from_t: int = field(name="from")
    to_t: int = field(name="to")
    readings: int


class LateShown(Output):
    """How many readings came late, and how many of them were anomalous: they called nobody."""

    readings: int
    anomalous: int


class ReadingsShown(Output):
    """A chart of a device. ``step`` and ``points`` are there unless ``resolution`` is raw,
    ``not_scored`` and ``late`` only then."""

    device_id: str
    from_t: int = field(name="from")
    to_t: int = field(name="to")
    resolution: Literal["raw", "minute", "hour"]
    until: int
    readings: int
    threshold: float | None
    series: dict[str, SeriesShown]
    step: int | UnsetType = UNSET
    points: PointsShown | UnsetType = UNSET
    not_scored: list[UnscoredShown] | UnsetType = UNSET
    late: LateShown | UnsetType = UNSET
