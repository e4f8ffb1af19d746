"""Which column of a recording is what, found by its header."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.errors import RecordingError
from tocsin.domain.profile import Profile

SEPARATORS = (";", ",", "\t", "|")
TIME_COLUMNS = ("t", "datetime", "timestamp", "time")
DEVICE_COLUMN = "device"
# Columns that say what was wrong rather than what was measured.
TRUTH_COLUMNS = ("anomaly", "changepoint", "fault")

SKAB_PROFILE = "pump"
SKAB_COLUMNS = {
    "Accelerometer1RMS": "vibration1_g",
    "Accelerometer2RMS": "vibration2_g",
    "Current": "current_a",
    "Pressure": "pressure_bar",
    "Temperature": "temperature_c",
    "Thermocouple": "thermocouple_c",
    "Voltage": "voltage_v",
    "Volume Flow RateRMS": "flow_lpm",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person says a file is to be read; None: found in the file.

    ``columns``: channel name by column name.
    """

    columns: Mapping[str, str] | None = None
    time: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file. ``columns``: column name by channel name. ``told``: the one that
    says the operating state, None where there is none."""

    header: Sequence[str]
    separator: str
    time: str
    columns: Mapping[str, str]
    truths: Sequence[str]
    told: str | None = None


def split_header(path: Path, line: str, separator: str | None) -> tuple[list[str], str]:
    """The column names in a header line, and the separator. Raises RecordingError."""
    if not line.strip():
        raise RecordingError(f"{path}: the file is empty")
    found = separator or max(SEPARATORS, key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=found))]
    for name in names:
        if names.count(name) > 1:
            raise RecordingError(f"{path}: line 1: column {name!r} is there twice")
    return names, found


def find_layout(path: Path, header_line: str, profile: Profile, reading: Reading) -> Layout:
    """Match a header with a profile's channels.

    The columns *reading* names must all be there; if it names none, a file needs a column for each
    channel, by its own name or by SKAB's. Raises RecordingError naming what is missing.
    """
    header, separator = split_header(path, header_line, reading.separator)
    wanted = reading.columns or _expect_columns(header, profile)
    for column, channel in wanted.items():
        if channel not in profile.channel_names:
            raise RecordingError(
                f"{path}: profile {profile.name} has no channel {channel!r}; "
                f"there are {', '.join(profile.channel_names)}"
            )
        if column not in header:
            raise RecordingError(
                f"{path}: line 1: column {column!r} is missing (for channel {channel}); "
                f"the file has {', '.join(header)}"
            )
    return Layout(
        header=header,
        separator=separator,
        time=_find_time_column(path, header, reading.time),
        columns={channel: column for column, channel in wanted.items()},
        truths=[name for name in TRUTH_COLUMNS if name in header and name not in wanted],
        told=_find_told(header, profile),
    )


def guess_profile(path: Path, separator: str | None) -> str | None:
    """The profile of a file that says it by its header: SKAB's columns are a pump's.

    Half of SKAB's columns are enough, so that the error names the column a file lacks.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, _ = split_header(path, file.readline(), separator)
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: cannot be read as CSV: {error}") from error
    return SKAB_PROFILE if 2 * len(SKAB_COLUMNS.keys() & set(names)) >= len(SKAB_COLUMNS) else None


def _expect_columns(header: Sequence[str], profile: Profile) -> Mapping[str, str]:
    if profile.name == SKAB_PROFILE and SKAB_COLUMNS.keys() & set(header):
        return SKAB_COLUMNS
    return {name: name for name in profile.channel_names}


def _find_told(header: Sequence[str], profile: Profile) -> str | None:
    name = None if profile.states is None else profile.states.told_by
    return name if name in header else None


def _find_time_column(path: Path, header: Sequence[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in header:
        raise RecordingError(
            f"{path}: line 1: time column {wanted!r} is missing; the file has {', '.join(header)}"
        )
    found = wanted or next((name for name in TIME_COLUMNS if name in header), None)
    if found is None:
        raise RecordingError(
            f"{path}: line 1: no time column; name one of {', '.join(header)} with --time"
        )
    return found
