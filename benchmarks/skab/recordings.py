"""Reading the benchmark's files, labels apart from what a detector may see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[3] / "shared/datasets/skab/data"
GROUPS = ("other", "valve1", "valve2")
TRAINING_ROWS = 400
LABELS = ("anomaly", "changepoint")


class MissingRecordingsError(Exception):
    """The benchmark's files are not where they are looked for."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a detector sees: ``t`` int64 ``[n]`` in ms, ``values`` float64 ``[n, c]``."""

    t: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of the test rows, ``[n - 400]`` each: ``t`` in ms, ``anomaly``, ``change``."""

    t: NDArray[np.int64]
    anomaly: NDArray[np.bool_]
    change: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One file of the benchmark; only ``stream`` is handed to detectors."""

    group: str
    stream: Stream
    truth: Truth


def read_files(folder: Path) -> list[LabelledFile]:
    """Read every file of the three groups, in the order of their numbers.

    Raises MissingRecordingsError naming the folder when a group has none.
    """
    files: list[LabelledFile] = []
    for group in GROUPS:
        paths = sorted((folder / group).glob("*.csv"), key=lambda path: int(path.stem))
        if not paths:
            raise MissingRecordingsError(
                f"no recordings in {folder / group}: put the benchmark's data folder there"
            )
        files.extend(read_file(path) for path in paths)
    return files


def read_file(path: Path) -> LabelledFile:
    """Read one file; its group is its folder's name."""
    frame = pd.read_csv(path, sep=";", parse_dates=["datetime"])
    t = frame.pop("datetime").dt.as_unit("ms").astype(np.int64).to_numpy()
    anomaly, change = (frame.pop(name).to_numpy()[TRAINING_ROWS:] > 0.5 for name in LABELS)
    return LabelledFile(
        group=path.parent.name,
        stream=Stream(t, frame.to_numpy(dtype=np.float64)),
        truth=Truth(t[TRAINING_ROWS:], anomaly, change),
    )
