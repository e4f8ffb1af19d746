"""Recordings for training and evaluation: reading, checking, cutting into windows.

Policy on gaps: windows are cut by the product's own ``windows_ending_at``, so a silence ends a
window here exactly as it does online. Policy on missing values: they stay NaN; the model's scaler
imputes them and they add no error. Rows with a fault, and windows holding one, never train a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tocsin.domain.errors import TocsinError
from tocsin.domain.profile import Profile
from tocsin.domain.windows import History, windows_ending_at

CHUNK = 8_192  # readings scored at a time
LEAST_WINDOWS = 2_000


class RecordingError(TocsinError):
    """A recording that cannot be read, or cannot train a model."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One device's readings.

    ``t`` int64 ``[n]`` in ms, increasing; ``values`` float32 ``[n, c]`` in the profile's order, NaN
    where missing; ``fault`` ``[n]``: the fault's kind, "" where there is none.
    """

    device: str
    t: NDArray[np.int64]
    values: NDArray[np.float32]
    fault: NDArray[np.str_]

    @property
    def days(self) -> float:
        return float(self.t[-1] - self.t[0]) / 86_400_000 if len(self.t) > 1 else 0.0

    def between(self, start: int, end: int) -> Recording:
        """The readings from index *start* up to *end*."""
        part = slice(start, end)
        return Recording(self.device, self.t[part], self.values[part], self.fault[part])


def read_recordings(paths: Sequence[Path], profile: Profile) -> list[Recording]:
    """Read CSV files with the columns ``t,device,<channels…>[,fault]``.

    ``t``: ms since the epoch or an ISO 8601 time. Raises RecordingError naming the file and what is
    wrong with it. A device named in several files is continued by the later ones.
    """
    if not paths:
        raise RecordingError("no file was named; give at least one with --data")
    frame = pd.concat([_read(path, profile) for path in paths], ignore_index=True)
    by_device = frame.groupby("device", sort=True)
    return [_recording(str(device), rows, profile) for device, rows in by_device]


def sha256_of(paths: Sequence[Path]) -> str:
    """One hash over the content of *paths*, in their order."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def check_trainable(recordings: Sequence[Recording], profile: Profile) -> list[str]:
    """Check that *recordings* can train a model of *profile*.

    Returns remarks on what training will do its own way. Raises RecordingError when it cannot.
    """
    rows = sum(len(recording.t) for recording in recordings)
    if rows < LEAST_WINDOWS + profile.window:
        raise RecordingError(
            f"{rows} readings are too few to train {profile.name!r}: at least "
            f"{LEAST_WINDOWS + profile.window} are needed"
        )
    values = np.concatenate([recording.values for recording in recordings])
    remarks = []
    for index, name in enumerate(profile.channel_names):
        column = values[:, index][np.isfinite(values[:, index])]
        if not len(column):
            raise RecordingError(
                f"channel {name!r} of {profile.name!r} has no value in any reading: record it, or "
                "take it out of the profile"
            )
        if column.min() == column.max():
            remarks.append(
                f"channel {name!r} is constant at {column[0]:g}: its spread is set to the floor, a "
                "thousandth of its range, so any change will look odd"
            )
    return remarks


def window_chunks(
    recording: Recording, profile: Profile
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Windows ``[k, w, c]`` of a recording and the indices ``[k]`` of the readings they end at.

    The recording is streamed through the product's own windows, so this is what is scored online.
    """
    history = History.empty(profile)
    for start in range(0, len(recording.t), CHUNK):
        part = recording.between(start, start + CHUNK)
        windows, full = windows_ending_at(history, part.t, part.values, profile)
        if len(windows):
            yield windows, start + np.flatnonzero(full)
        history = history.extended(part.t, part.values, keep=profile.window)


def normal_windows(
    recordings: Sequence[Recording], profile: Profile, *, most: int
) -> NDArray[np.float32]:
    """At most about *most* windows ``[k, w, c]`` without a fault, evenly spaced in time."""
    rows = sum(len(recording.t) for recording in recordings)
    stride = max(1, -(-rows // most))
    parts = [np.empty((0, profile.window, len(profile.channels)), dtype=np.float32)]
    for recording in recordings:
        faulty = np.cumsum(np.append(0, recording.fault != ""))
        for windows, ends in window_chunks(recording, profile):
            normal = faulty[ends + 1] == faulty[ends + 1 - profile.window]
            parts.append(windows[normal & (ends % stride == 0)])
    return np.concatenate(parts)


def split(
    recordings: Sequence[Recording], shares: Sequence[float] = (0.6, 0.2, 0.2)
) -> tuple[list[Recording], ...]:
    """Split into parts of about *shares*: by device where there are five or more, else by time.

    Devices are dealt out in order of their names, so the same files always give the same parts.
    """
    edges = np.cumsum(np.append(0.0, shares)) / sum(shares)
    if len(recordings) >= 5:
        at = np.round(edges * len(recordings)).astype(int)
        return tuple(list(recordings[a:b]) for a, b in pairwise(at.tolist()))
    return tuple(
        [one.between(int(a * len(one.t)), int(b * len(one.t))) for one in recordings]
        for a, b in pairwise(edges.tolist())
    )


def _read(path: Path, profile: Profile) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype={"device": str, "fault": str})
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: no such file") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: not a CSV file with readings: {error}") from error
    _check_columns(path, frame, profile)
    for name in profile.channel_names:
        frame[name] = _numbers(path, frame[name])
    frame["t"] = _times(path, frame["t"])
    return frame


def _check_columns(path: Path, frame: pd.DataFrame, profile: Profile) -> None:
    wanted = {"t", "device", *profile.channel_names}
    if missing := sorted(wanted - set(frame.columns)):
        raise RecordingError(f"{path}: column {', '.join(missing)} is missing")
    if unknown := sorted(set(frame.columns) - wanted - {"fault"}):
        raise RecordingError(
            f"{path}: {', '.join(unknown)} is no channel of profile {profile.name!r} "
            f"({', '.join(profile.channel_names)})"
        )
    if frame.empty:
        raise RecordingError(f"{path}: there are no readings in it")


def _numbers(path: Path, column: pd.Series[float]) -> pd.Series[float]:
    numbers = pd.to_numeric(column, errors="coerce")
    if len(bad := np.flatnonzero(numbers.isna() & column.notna())):
        raise RecordingError(
            f"{path}, line {bad[0] + 2}: {column.iloc[bad[0]]!r} in column {column.name!r} "
            "is not a number"
        )
    return numbers.astype(np.float32)


def _times(path: Path, column: pd.Series[int]) -> pd.Series[int]:
    if pd.api.types.is_integer_dtype(column):
        return column.astype(np.int64)
    times = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
    if len(bad := np.flatnonzero(times.isna())):
        raise RecordingError(
            f"{path}, line {bad[0] + 2}: {column.iloc[bad[0]]!r} is no time: give ms since the "
            "epoch or ISO 8601"
        )
    return times.dt.as_unit("ms").astype(np.int64)


def _recording(device: str, rows: pd.DataFrame, profile: Profile) -> Recording:
    t = rows["t"].to_numpy(dtype=np.int64)
    if (steps := np.diff(t)).size and steps.min() <= 0:
        raise RecordingError(
            f"device {device!r}: time does not increase at its reading {int(steps.argmin()) + 2}"
        )
    faults = rows["fault"].fillna("") if "fault" in rows else pd.Series("", index=rows.index)
    return Recording(
        device=device,
        t=t,
        values=rows[list(profile.channel_names)].to_numpy(dtype=np.float32),
        fault=faults.to_numpy(dtype=str),
    )
