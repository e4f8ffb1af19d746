"""A rollup: some cells of a device, as they are stored together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.spread import Spread
from tocsin.domain.devices.readings import TTL_S
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.stored import OPTIONAL_NUMBER, take_field, take_mapping

MINUTE_MS = 60 * 1_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Resolution:
    """How finely readings are rolled up.

    cell_ms: what a cell spans.
    stretch_ms: what a document spans.
    ttl_s: how long one is kept after it was last written.
    """

    name: str
    cell_ms: int
    stretch_ms: int
    ttl_s: int

    def start(self, t: int) -> int:
        """When the stretch with the event time *t* begins."""
        return t // self.stretch_ms * self.stretch_ms


MINUTE = Resolution("minute", MINUTE_MS, 10 * MINUTE_MS, TTL_S)
HOUR = Resolution("hour", HOUR_MS, DAY_MS, 400 * 24 * 3_600)
RESOLUTIONS = {resolution.name: resolution for resolution in (MINUTE, HOUR)}


@dataclass(frozen=True, slots=True)
class Rollup:
    """The cells of a device in one stretch, which begins at ``start`` (ms).

    ``etag``: that of the document it was read from; None for a new one.
    """

    device_id: str
    resolution: Resolution
    start: int
    cells: Cells
    etag: str | None = None

    @property
    def document_id(self) -> str:
        return rollup_id(self.resolution, self.start)

    @property
    def end(self) -> int:
        return self.start + self.resolution.stretch_ms

    def renew(self, newer: Cells) -> Rollup:
        return replace(self, cells=self.cells.renew(newer))

    def to_document(self) -> dict[str, Any]:
        """The ``rollups`` document (docs/formats.md)."""
        cells = self.cells
        return {
            "id": self.document_id,
            "deviceId": self.device_id,
            "resolution": self.resolution.name,
            "start": self.start,
            "t": cells.t.tolist(),
            "readings": cells.readings.tolist(),
            "anomalous": cells.anomalous.tolist(),
            "series": {
                name: part.to_document(cells.readings) for name, part in cells.series.items()
            },
            "threshold": cells.threshold,
            "ttl": self.resolution.ttl_s,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Rollup:
        """Raises DamagedDocumentError."""
        resolution = RESOLUTIONS.get(take_field(document, "resolution", str))
        if resolution is None:
            raise DamagedDocumentError(f"a rollup of resolution {document['resolution']!r}")
        t, readings, anomalous = (
            _take_numbers(document, name) for name in ("t", "readings", "anomalous")
        )
        if not len(t) == len(readings) == len(anomalous):
            raise DamagedDocumentError(f"the rollup {document.get('id')!r} has uneven columns")
        series = take_mapping(document, "series", dict)
        return cls(
            device_id=take_field(document, "deviceId", str),
            resolution=resolution,
            start=take_field(document, "start", int),
            cells=Cells(
                t=t,
                readings=readings,
                anomalous=anomalous,
                series={
                    name: Spread.from_document(part, readings) for name, part in series.items()
                },
                threshold=take_field(document, "threshold", *OPTIONAL_NUMBER),
            ),
            etag=document.get("_etag"),
        )


def rollup_id(resolution: Resolution, start: int) -> str:
    return f"{resolution.name}-{start}"


def cut_rollups(device_id: str, cells: Cells, resolution: Resolution) -> Sequence[Rollup]:
    """*cells* by the stretches in which they are stored, oldest first."""
    starts = sorted({resolution.start(t) for t in cells.t.tolist()})
    return [
        Rollup(device_id, resolution, start, cells.between(start, start + resolution.stretch_ms))
        for start in starts
    ]


def _take_numbers(document: Mapping[str, Any], name: str) -> NDArray[np.int64]:
    numbers = take_field(document, name, list)
    if not all(type(number) is int for number in numbers):
        raise DamagedDocumentError(f"the rollup {document.get('id')!r} is damaged: {name}")
    return np.array(numbers, dtype=np.int64)
