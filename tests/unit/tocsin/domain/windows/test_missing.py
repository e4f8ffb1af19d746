"""Who is missing is told by so many readings without a value."""

from __future__ import annotations

import numpy as np

from tocsin.domain.windows.missing import AFTER, find_missing


def test_a_sensor_is_missing_after_ten_readings_without_a_value() -> None:
    before = np.ones((31, 2), dtype=np.float32)
    before[-4:, 1] = np.nan
    values = np.ones((8, 2), dtype=np.float32)
    values[:7, 1] = np.nan
    found = find_missing(before, values, window=32)
    assert found is not None
    assert found[:, 1].tolist() == [0] * (AFTER - 5) + [1, 1, 0]
    assert not found[:, 0].any()
    assert find_missing(before[:-4], values[-1:], window=32) is None
