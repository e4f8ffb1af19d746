"""Recordings in files and in folders of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track

from ml_model.recording import Recording, RecordingError
from ml_model.recordings.checks import check_period, clear_bad_values
from ml_model.recordings.source import Recorded
from ml_model.recordings.tables import SUFFIXES, TIME_COLUMN, read_table
from tocsin.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class FileSource:
    """CSV and Parquet files, and dataset folders."""

    paths: Sequence[Path]
    time_column: str = TIME_COLUMN

    @property
    def flags(self) -> str:
        named = "--data " + " ".join(path.name for path in self.paths)
        return (
            named
            if self.time_column == TIME_COLUMN
            else f"{named} --time-column {self.time_column}"
        )

    def read(self, profile: Profile, console: Console) -> Recorded:
        """Raises RecordingError naming the file and what is wrong with it."""
        recordings = read_recordings(
            self.paths, profile, time_column=self.time_column, console=console
        )
        cleared = [clear_bad_values(recording, profile) for recording in recordings]
        remarks = [
            remark
            for recording, bad in cleared
            for remark in (*check_period(recording, profile), *bad)
        ]
        return Recorded(
            [recording for recording, _ in cleared], hash_files(self.paths), tuple(remarks)
        )


def read_recordings(
    paths: Sequence[Path],
    profile: Profile,
    *,
    time_column: str = TIME_COLUMN,
    console: Console | None = None,
) -> list[Recording]:
    """Read files, and all files below folders, in the order of their names.

    A file without the column ``device`` is a device of its own, named after the file. A device
    named in several files is continued by the later ones. Raises RecordingError naming the file
    and what is wrong with it.
    """
    frames = []
    files = _list_files(paths)
    shown = console or Console(quiet=True)
    for path, device in track(
        files, "reading", console=shown, transient=True, disable=not shown.is_terminal
    ):
        frame = read_table(path, profile, device=device, time_column=time_column)
        frames.append(frame.assign(file=str(path)))
    by_device = pd.concat(frames, ignore_index=True).groupby("device", sort=True)
    return [_make_recording(str(device), rows, profile) for device, rows in by_device]


def hash_files(paths: Sequence[Path]) -> str:
    """One hash over the content of the files of *paths*, in their order."""
    digest = hashlib.sha256()
    for path, _ in _list_files(paths):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _list_files(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each file, and the device it is of unless it says otherwise."""
    if not paths:
        raise RecordingError("no file was named; give at least one with --data")
    return [
        file
        for path in paths
        for file in (_list_folder(path) if path.is_dir() else [(path, path.stem)])
    ]


def _list_folder(folder: Path) -> list[tuple[Path, str]]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise RecordingError(f"{folder}: no file ends in {' or '.join(SUFFIXES)} in this folder")
    return [(path, path.relative_to(folder).with_suffix("").as_posix()) for path in files]


def _make_recording(device: str, rows: pd.DataFrame, profile: Profile) -> Recording:
    t = rows["t"].to_numpy(dtype=np.int64)
    if len(bad := np.flatnonzero(np.diff(t) <= 0)):
        before, after = rows["file"].iloc[bad[0]], rows["file"].iloc[bad[0] + 1]
        raise RecordingError(
            f"{after} begins before {before} ends, and both are of device {device!r}: name the "
            "files in the order of time, or give each device a name of its own"
        )
    return Recording(
        device=device,
        t=t,
        values=rows[list(profile.channel_names)].to_numpy(dtype=np.float32),
        fault=rows["fault"].to_numpy(dtype=str),
        told=rows["told"].to_numpy(dtype=str) if (rows["told"] != "").any() else None,
    )
