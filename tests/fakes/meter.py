"""Measurements that are kept in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.domain.insights.metering import Instrument, Labels, Measurement


@dataclass
class FakeMeter:
    """The port Meter; nothing is kept while it is off."""

    is_on: bool = True
    kept: list[Measurement] = field(default_factory=list)

    def record(self, measurements: Iterable[Measurement]) -> None:
        if self.is_on:
            self.kept += measurements

    def add_up(self, instrument: Instrument) -> dict[Labels, float]:
        """The sum of what was measured with *instrument*, by its labels."""
        sums: Counter[Labels] = Counter()
        for measurement in self.kept:
            if measurement.instrument == instrument:
                sums[measurement.labels] += measurement.value  # type: ignore[assignment]  # a float
        return dict(sums)
