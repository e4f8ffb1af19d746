"""What is kept: a line of JSON a span, in two files that take turns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from local.standins.insights.items import StoredSpan

FILE, OLDER = "spans.jsonl", "spans.older.jsonl"
MOST_BYTES: Final = 16 * 2**20  # of each file: some days of a demo


class SpanFiles:
    """The spans in *folder*; of more than *most_bytes* the oldest half goes."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._most_bytes = most_bytes

    def add(self, spans: Iterable[StoredSpan]) -> None:
        """Raises OSError."""
        path = self._folder / FILE
        if path.exists() and path.stat().st_size > self._most_bytes:
            path.replace(self._folder / OLDER)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(span.to_document()) + "\n" for span in spans)


def read_spans(folder: Path) -> list[StoredSpan]:
    """All spans that are kept, in the order in which they came; one that came twice once."""
    found: dict[tuple[str, str], StoredSpan] = {}
    for name in (OLDER, FILE):
        for span in _read(folder / name):
            found[span.trace_id, span.span_id] = span
    return [*found.values()]


def _read(path: Path) -> Iterator[StoredSpan]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):  # the last may still be written
            yield StoredSpan(**json.loads(line))
