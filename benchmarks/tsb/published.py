"""TSB-AD's published figures of the same series, and whether they are the same series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tsb.recordings import COLLECTIONS, LabelledSeries, WrongRecordingsError

TABLE = "tsb_ad_m_published_VUS-PR.csv"
COUNTS = ["ts_len", "anomaly_len"]
NOT_METHODS = 7  # the last columns describe the series
SHOWN = ("AutoEncoder", "TranAD", "KMeansAD")


def read_published(folder: Path) -> pd.DataFrame | None:
    """Every method's VUS-PR by file name; None where the table is absent."""
    path = folder / TABLE
    return pd.read_csv(path, index_col="file") if path.exists() else None


def average_published(found: Sequence[LabelledSeries], table: pd.DataFrame) -> dict[str, Any]:
    """Macro means of a few methods, and the best of all methods by collection.

    Raises WrongRecordingsError at the first series that has not the published number of rows and
    of anomalous rows: figures of different series do not compare.
    """
    for series in found:
        _check_counts(series, table)
    methods = table.loc[[labelled.series.name for labelled in found]].iloc[:, :-NOT_METHODS]
    of = np.array([labelled.series.collection for labelled in found])
    means = {name: methods[of == name].mean() for name in COLLECTIONS} | {"all": methods.mean()}
    rows = {
        method: {name: _round(mean[method]) for name, mean in means.items()} for method in SHOWN
    }
    best = {
        name: {"name": str(mean.idxmax()), "value": _round(mean.max())}
        for name, mean in means.items()
    }
    return {**rows, "best": best}


def _check_counts(labelled: LabelledSeries, table: pd.DataFrame) -> None:
    if labelled.series.name not in table.index:
        raise WrongRecordingsError(f"{labelled.series.name}: not in {TABLE}")
    published = tuple(int(count) for count in table.loc[labelled.series.name, COUNTS])
    here = (len(labelled.anomalous), int(labelled.anomalous.sum()))
    if here != published:
        raise WrongRecordingsError(
            f"{labelled.series.name}: rows and anomalous rows are {here}, published are {published}"
        )


def _round(volume: float) -> float:
    return round(float(volume), 4)
