"""What is kept: a line of JSON each span and each point, in two files of each that take turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from local.standins.insights.items import StoredPoint, StoredSpan

SPANS, POINTS = "spans", "metrics"
MOST_BYTES: Final = 16 * 2**20  # of each file: some days of a demo


class TelemetryFiles:
    """What was sent, in *folder*; of more than *most_bytes* the oldest half goes."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._most_bytes = most_bytes

    def add(self, records: Iterable[StoredSpan | StoredPoint]) -> None:
        """Raises OSError."""
        kept = [*records]
        self._append(SPANS, [each for each in kept if isinstance(each, StoredSpan)])
        self._append(POINTS, [each for each in kept if isinstance(each, StoredPoint)])

    def _append(self, kind: str, records: Iterable[StoredSpan | StoredPoint]) -> None:
        older, path = _list_files(self._folder, kind)
        if path.exists() and path.stat().st_size > self._most_bytes:
            path.replace(older)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(record.to_document()) + "\n" for record in records)


def read_spans(folder: Path) -> list[StoredSpan]:
    """All spans that are kept, in the order in which they came; one that came twice once."""
    found: dict[tuple[str, str], StoredSpan] = {}
    for document in _read(folder, SPANS):
        span = StoredSpan(**document)
        found[span.trace_id, span.span_id] = span
    return [*found.values()]


def read_points(folder: Path) -> list[StoredPoint]:
    """All points that are kept, in the order in which they came."""
    return [StoredPoint(**document) for document in _read(folder, POINTS)]


def _read(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    for path in _list_files(folder, kind):
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # the last may still be written
                    yield json.loads(line)


def _list_files(folder: Path, kind: str) -> tuple[Path, Path]:
    """The older one first."""
    return folder / f"{kind}.older.jsonl", folder / f"{kind}.jsonl"
