from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.charts.downsampling import min_max_indices

series = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=200)


@given(series, st.integers(2, 60))
def test_few_points_remain_and_every_buckets_extremes_with_them(
    listed: list[float], most: int
) -> None:
    values = np.array(listed, dtype=np.float64)
    shown = min_max_indices(values, most)
    assert len(shown) <= most
    assert shown.tolist() == sorted(set(shown.tolist()))
    if len(values) <= most:
        assert shown.tolist() == list(range(len(values)))
        return
    edges = np.linspace(0, len(values), most // 2 + 1).astype(int)
    for start, end in pairwise(edges):
        bucket = values[start:end]
        kept = values[shown[(shown >= start) & (shown < end)]]
        assert len(kept) > 0
        if not np.isnan(bucket).all():
            assert np.nanmin(bucket) in kept
            assert np.nanmax(bucket) in kept


def test_a_single_peak_stays_visible() -> None:
    values = np.zeros(100_000)
    values[54_321] = 9.0
    values[12_345] = -9.0
    shown = min_max_indices(values, 10)
    assert {54_321, 12_345} <= set(shown.tolist())


def test_a_bucket_without_values_stays_as_a_gap() -> None:
    values = np.concatenate((np.arange(50.0), np.full(50, np.nan)))
    shown = min_max_indices(values, 4)
    assert np.isnan(values[shown]).any()


def test_fewer_than_two_points_cannot_show_extremes() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        min_max_indices(np.zeros(3), 1)
