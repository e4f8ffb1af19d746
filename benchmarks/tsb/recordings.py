"""Reading the 43 series: the test parts of SMD, MSL and SMAP, labels apart."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.tsb.period import period

FOLDER = Path(__file__).resolve().parents[3] / "shared/datasets"
NAMES = "tsb_ad_m_file_to_channel.json"
LABELS = "smap_msl/labeled_anomalies.csv"
COLLECTIONS = ("smd", "msl", "smap")
FILE_NAME = re.compile(r"\d+_(?P<collection>SMD|MSL|SMAP)_.*_tr_(?P<training>\d+)_1st_\d+\.csv")


class MissingRecordingsError(Exception):
    """The benchmark's files are not where they are looked for."""


class WrongRecordingsError(Exception):
    """A file is none of the benchmark's."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: ``values`` float64 ``[n, c]``, of which ``training`` rows come first."""

    name: str
    collection: str
    training: int
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelledSeries:
    """A series with its labels ``anomalous`` ``[n]``; only ``series`` is handed to detectors."""

    series: Series
    anomalous: NDArray[np.bool_]
    period: int


def read_all(folder: Path) -> list[LabelledSeries]:
    """Read every series, in the order of their numbers.

    Raises MissingRecordingsError naming a file that is absent, WrongRecordingsError naming one
    that is not as it should be.
    """
    for name in (NAMES, LABELS, "smap_msl/test.npz"):
        _check_present(folder / name)
    sources: dict[str, str] = json.loads((folder / NAMES).read_text("utf-8"))
    spacecraft = np.load(folder / "smap_msl/test.npz")
    # A channel is listed twice: the published figures go with its second labels.
    labels = pd.read_csv(folder / LABELS).drop_duplicates("chan_id", keep="last")
    spans = labels.set_index("chan_id")["anomaly_sequences"]
    found = []
    for name, source in sorted(sources.items()):
        if source.startswith("machine"):
            values, anomalous = _read_machine(folder / f"smd/{source}.npz")
        else:
            values = spacecraft[source]
            anomalous = mark_rows(len(values), spans[source])
        found.append(label_series(name, values, anomalous))
    return found


def label_series(
    name: str, values: NDArray[np.floating], anomalous: NDArray[np.bool_]
) -> LabelledSeries:
    """The series of a file *name*, which tells its collection and its training rows."""
    parts = FILE_NAME.fullmatch(name)
    if parts is None:
        raise WrongRecordingsError(f"{name}: no file name of SMD, MSL or SMAP")
    rows = np.ascontiguousarray(values, dtype=np.float64)
    series = Series(name, parts["collection"].lower(), int(parts["training"]), rows)
    return LabelledSeries(series, anomalous, period(rows[:, 0]))


def mark_rows(rows: int, spans: str) -> NDArray[np.bool_]:
    """Labels of *rows* rows from *spans*, ``[[first, last], …]``, the last one included."""
    anomalous = np.zeros(rows, dtype=bool)
    for first, last in literal_eval(spans):
        anomalous[first : last + 1] = True
    return anomalous


def _read_machine(path: Path) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    _check_present(path)
    with np.load(path) as parts:
        return parts["test"], parts["label"] > 0


def _check_present(path: Path) -> None:
    if not path.exists():
        raise MissingRecordingsError(f"no recordings at {path}: put the benchmark's data there")
