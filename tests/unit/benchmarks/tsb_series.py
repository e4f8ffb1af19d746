"""Made-up series of the TSB-AD-M benchmark."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from benchmarks.tsb.recordings import LabelledSeries, label_series, mark_rows

NAMES = {
    "smd": "063_SMD_id_7_Facility_tr_200_1st_400.csv",
    "msl": "002_MSL_id_1_Sensor_tr_200_1st_400.csv",
    "smap": "144_SMAP_id_1_Sensor_tr_200_1st_400.csv",
}


def flags(rows: int, *spans: tuple[int, int]) -> NDArray[np.bool_]:
    """Labels of *rows* rows, each span's last row included."""
    return mark_rows(rows, json.dumps(spans))


def make_series(collection: str = "smd", rows: int = 600, shift: float = 4.0) -> LabelledSeries:
    """Three noisy channels, one of which stands still; rows 400 to 459 are shifted."""
    noise = np.random.default_rng(0).normal(size=(rows, 3))
    noise[:, 2] = 1.0
    noise[400:460] += shift
    return label_series(NAMES[collection], noise, flags(rows, (400, 459)))
