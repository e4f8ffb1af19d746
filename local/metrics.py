"""``python -m local metrics``: what the app counted and timed of its own work in a run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.standins.insights.items import StoredPoint
from local.standins.insights.state import read_points
from tocsin.domain.insights.metering import INSTRUMENTS

_UNITS = {instrument.name: instrument.unit for instrument in INSTRUMENTS}


@dataclass(frozen=True, slots=True)
class Series:
    """All that was measured with one name and about the same. least, most: None of a counter."""

    name: str
    unit: str
    about: Mapping[str, str]
    total: float
    count: int
    least: float | None
    most: float | None

    def to_document(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    def describe(self) -> str:
        """A line: of a counter the total, else mean, least and most."""
        told = f"{self.total:g}"
        if self.least is not None and self.most is not None:
            mean = self.total / self.count
            told = f"{mean:.3g}  ({self.least:.3g} to {self.most:.3g}, {self.count} times)"
        about = " ".join(f"{key}={value}" for key, value in self.about.items())
        return f"{self.name:<34}{about:<52}{told} {self.unit}".rstrip()


def run(options: argparse.Namespace, folder: Path) -> int:
    """Returns 0, or 1 where there is nothing. *folder*: where the stand-in keeps points."""
    series = [*add_up(read_points(folder))]
    if not series:
        print("no metrics are kept; run with --traces, and wait 10 s", file=sys.stderr)
        return 1
    for each in series:
        print(json.dumps(each.to_document()) if options.json else each.describe())
    return 0


def add_up(points: Iterable[StoredPoint]) -> Iterator[Series]:
    """By name, and then by what they are about."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[StoredPoint]] = {}
    for point in points:
        key = point.name, tuple(sorted(point.attributes.items()))
        found.setdefault(key, []).append(point)
    for (name, attributes), of_series in sorted(found.items()):
        yield Series(
            name,
            _UNITS.get(name, ""),
            {key.rpartition(".")[2]: value for key, value in attributes},
            sum(point.total for point in of_series),
            sum(point.count for point in of_series),
            min((point.least for point in of_series if point.least is not None), default=None),
            max((point.most for point in of_series if point.most is not None), default=None),
        )
