"""Recordings of real machines: CSV files read and checked whole before anything is sent."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from device_sim.errors import RecordingError
from device_sim.recordings.cells import is_true, parse_number, parse_time
from device_sim.recordings.layout import DEVICE_COLUMN, Layout, Reading, find_layout
from tocsin.domain.profile import Profile

FEWEST_CROWDED = 10  # of fewer readings nothing can be told


@dataclass(frozen=True, slots=True)
class Row:
    """One line: event time in ms, values in the profile's channel order, labels it carries, and
    the operating state it tells, empty for none."""

    t_ms: int
    device: str
    values: list[float]
    labels: tuple[str, ...]
    told: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """The readings of one device: times [n] in ms, increasing, values [n][channels], labels [n],
    and the operating states that it told [n], empty where it told none.

    ``device`` is what the file calls it, empty if it does not. ``moved`` counts the readings whose
    time was not after the one before: rows are put in order of time, and a reading with the same
    time as its predecessor is moved 1 ms behind it.
    """

    device: str
    t_ms: list[int]
    values: list[list[float]]
    labels: list[tuple[str, ...]]
    moved: int
    told: list[str] = field(default_factory=list)


def read_recordings(path: Path, profile: Profile, reading: Reading) -> list[Recording]:
    """The recordings in *path*: one, or one for each id in its ``device`` column.

    Raises RecordingError naming file, line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            layout = find_layout(path, file.readline(), profile, reading)
            lines = csv.reader(file, delimiter=layout.separator)
            rows = list(_parse_rows(path, lines, layout, profile))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path}: cannot be read as CSV: {error}") from error
    if not rows:
        raise RecordingError(f"{path}: no reading below the header")
    by_device: dict[str, list[Row]] = {}
    for row in rows:
        by_device.setdefault(row.device, []).append(row)
    for group in by_device.values():
        _check_crowding(path, layout.time, group)
    return [_sort_rows(device, group) for device, group in by_device.items()]


def _check_crowding(path: Path, column: str, rows: list[Row]) -> None:
    """A few readings may share a time. Where most do, the time is in another unit, and moving them
    apart would make a recording of something that never was."""
    shared = len(rows) - len({row.t_ms for row in rows})
    if len(rows) >= FEWEST_CROWDED and shared > len(rows) / 2:
        raise RecordingError(
            f"{path}: {shared} of {len(rows)} readings have the same ms as another in column "
            f"{column!r}; give their time in s or ms since 1970 or as ISO 8601, not in days, and "
            "at most one reading a ms"
        )


def _parse_rows(
    path: Path, lines: Iterator[list[str]], layout: Layout, profile: Profile
) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(layout.header):
            raise RecordingError(
                f"{path}: line {number} has {len(cells)} columns, the header {len(layout.header)}"
            )
        named = dict(zip(layout.header, cells, strict=True))
        yield _parse_row(f"{path}: line {number}", named, layout, profile)


def _parse_row(where: str, cells: dict[str, str], layout: Layout, profile: Profile) -> Row:
    values = []
    for name in profile.channel_names:
        column = layout.columns.get(name)
        values.append(
            math.nan
            if column is None
            else parse_number(cells[column], f"{where}, column {column!r}")
        )
    return Row(
        t_ms=parse_time(cells[layout.time], f"{where}, column {layout.time!r}"),
        device=cells.get(DEVICE_COLUMN, "").strip(),
        values=values,
        labels=tuple(
            _parse_label(name, cells[name]) for name in layout.truths if is_true(cells[name])
        ),
        told="" if layout.told is None else cells[layout.told].strip(),
    )


def _parse_label(column: str, text: str) -> str:
    """``fault`` columns say the kind; the others are yes or no."""
    return text.strip() if column == "fault" else column


def _sort_rows(device: str, rows: list[Row]) -> Recording:
    ordered = sorted(rows, key=lambda row: row.t_ms)
    times: list[int] = []
    for row in ordered:
        times.append(row.t_ms if not times else max(row.t_ms, times[-1] + 1))
    return Recording(
        device=device,
        t_ms=times,
        values=[row.values for row in ordered],
        labels=[row.labels for row in ordered],
        moved=sum(after.t_ms <= before.t_ms for before, after in itertools.pairwise(rows)),
        told=[row.told for row in ordered] if any(row.told for row in ordered) else [],
    )
