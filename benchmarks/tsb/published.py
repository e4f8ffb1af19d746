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


def published_means(found: Sequence[LabelledSeries], table: pd.DataFrame) -> dict[str, Any]:
    """Macro means of a few methods, and the best of all methods by collection.

    Raises WrongRecordingsError at the first series that has not the published number of rows and
    of anomalous rows: figures of different series do not compare.
    """
    for one in found:
        _check(one, table)
    methods = table.loc[[one.series.name for one in found]].iloc[:, :-NOT_METHODS]
    of = np.array([one.series.collection for one in found])
    means = {name: methods[of == name].mean() for name in COLLECTIONS} | {"all": methods.mean()}
    rows = {
        method: {name: _rounded(one[method]) for name, one in means.items()} for method in SHOWN
    }
    best = {
        name: {"name": str(one.idxmax()), "value": _rounded(one.max())}
        for name, one in means.items()
    }
    return {**rows, "best": best}


def _check(one: LabelledSeries, table: pd.DataFrame) -> None:
    if one.series.name not in table.index:
        raise WrongRecordingsError(f"{one.series.name}: not in {TABLE}")
    published = tuple(int(count) for count in table.loc[one.series.name, COUNTS])
    here = (len(one.anomalous), int(one.anomalous.sum()))
    if here != published:
        raise WrongRecordingsError(
            f"{one.series.name}: rows and anomalous rows are {here}, published are {published}"
        )


def _rounded(volume: float) -> float:
    return round(float(volume), 4)
