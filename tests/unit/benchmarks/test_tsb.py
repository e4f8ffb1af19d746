"""The rules of the TSB-AD-M benchmark, on made-up series."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from benchmarks.tsb import ours
from benchmarks.tsb.charts import average_rows, chart, multi_scale_chart, relative
from benchmarks.tsb.period import period
from benchmarks.tsb.recordings import Series
from benchmarks.tsb.table import BASELINES, vus_of
from benchmarks.tsb.vus import vus_pr
from tests.unit.benchmarks.tsb_series import flags, make_series


def slow_vus(anomalous: NDArray[np.bool_], score: NDArray[np.floating], longest: int) -> float:
    """The measure by its definition, row by row: what the quick one must equal."""
    edges = np.flatnonzero(np.diff(np.r_[0, anomalous, 0]))
    runs = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
    highest_first = np.sort(score)[::-1]
    places = np.linspace(0, len(score) - 1, 250).astype(int)
    areas = []
    for window in range(longest + 1):
        reach = window // 2
        weight = np.zeros(len(score))
        for row in range(len(score)):
            away = [max(a - row, row - b, 0) for a, b in runs]
            weight[row] = min(1.0, sum((1 - d / max(window, 1)) ** 0.5 for d in away if d <= reach))
        merged = [list(runs[0])]
        for a, b in runs[1:]:
            if a - merged[-1][1] <= 2 * reach:
                merged[-1][1] = b
            else:
                merged.append([a, b])
        area = before = 0.0
        for place in places:
            up = score >= highest_first[place]
            hit = sum(up[max(a - reach, 0) : b + reach + 1].any() for a, b in merged)
            found = float(weight[up].sum())
            partly = float(weight[up & ~anomalous].sum())
            recall = min(found / (anomalous.sum() + partly / 2), 1) * hit / len(merged)
            area += (recall - before) * found / up.sum()
            before = recall
        areas.append(area)
    return float(np.mean(areas))


@settings(max_examples=40, deadline=None)  # the slow one takes some 50 ms
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(0, 12), st.booleans())
def test_the_measure_is_its_definition(seed: int, rows: int, longest: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    anomalous = random.random(rows) < random.choice([0.1, 0.5])
    anomalous[random.integers(rows)] = True
    score = random.random(rows).round(1 if ties else 9)
    assert vus_pr(anomalous, score, longest) == pytest.approx(slow_vus(anomalous, score, longest))


@pytest.mark.parametrize(
    ("spans", "step", "longest", "expected"),
    [
        ([(50, 69)], 0.37, 0, 0.443813149377),
        ([(50, 69)], 0.37, 30, 0.483139023375),
        ([(50, 69), (80, 84), (300, 399)], 1.1, 45, 0.779895865344),
        ([(0, 4), (200, 200), (204, 230)], 0.9, 61, 0.698757802052),
        ([(10, 380)], 2.3, 20, 0.983645872354),
    ],
)
def test_the_measure_gives_the_figures_of_tsb_ad(
    spans: list[tuple[int, int]], step: float, longest: int, expected: float
) -> None:
    """Recorded from ``generate_curve(label, score, longest, "opt", 250)`` of TSB-AD 1.5."""
    rows = np.arange(400)
    score = np.abs(np.sin(rows * step)) + 0.3 * flags(400, *spans)
    assert vus_pr(flags(400, *spans), score, longest) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(2, 250))
def test_without_tolerance_one_anomaly_s_volume_is_average_precision(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    first, last = sorted(random.integers(rows, size=2).tolist())
    anomalous, score = flags(rows, (first, last)), random.permutation(rows).astype(np.float64)
    assert vus_pr(anomalous, score, 0) == pytest.approx(average_precision_score(anomalous, score))


def test_a_small_case_by_hand() -> None:
    """Window 0: rows 2, 1 of two are found first and third: (1 + 2/3)/2. Window 1 is the same.

    Window 2 counts row 0 and row 3 as sqrt(1/2) anomalous.
    """
    anomalous, score = flags(4, (1, 2)), np.array([3.0, 2.0, 4.0, 1.0])
    beside = 0.5**0.5
    recalls = np.array([1 / 2, (1 + beside) / (2 + beside / 2), 1, 1])
    precisions = np.array([1, (1 + beside) / 2, (2 + beside) / 3, (2 + 2 * beside) / 4])
    wide = float(np.diff(recalls, prepend=0) @ precisions)
    narrow = 0.5 + 0.5 * 2 / 3
    assert vus_pr(anomalous, score, 1) == pytest.approx(narrow)
    assert vus_pr(anomalous, score, 2) == pytest.approx((2 * narrow + wide) / 3)


def test_a_perfect_score_beats_a_blind_one_and_that_beats_the_opposite() -> None:
    anomalous = flags(500, (100, 149), (300, 349))
    perfect = anomalous.astype(np.float64)
    assert vus_pr(anomalous, perfect, 0) == pytest.approx(1)
    assert vus_pr(anomalous, np.ones(500), 0) == pytest.approx(0.2)
    assert vus_pr(anomalous, perfect, 20) > 0.9
    assert vus_pr(anomalous, -perfect, 20) < vus_pr(anomalous, np.ones(500), 20)


@pytest.mark.parametrize(
    ("anomalous", "score", "reason"),
    [
        (flags(4), np.ones(4), "no row is anomalous"),
        (flags(4, (1, 1)), np.array([1.0, np.nan, np.inf, 0]), "2 scores are not finite"),
        (flags(4, (1, 1)), np.ones(5), r"\(4,\) and scores \(5,\)"),
    ],
)
def test_a_measure_that_means_nothing_is_refused(
    anomalous: NDArray[np.bool_], score: NDArray[np.float64], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        vus_pr(anomalous, score, 3)


@pytest.mark.parametrize("rows", [7, 40, 300])
def test_a_wave_has_its_own_period(rows: int) -> None:
    wave = np.sin(2 * np.pi * np.arange(4_000) / rows)
    assert abs(period(wave) - rows) <= 1


@pytest.mark.parametrize(
    "channel",
    [np.ones(500), np.arange(500.0), np.sin(2 * np.pi * np.arange(2_000) / 350), np.ones(3)],
    ids=["constant", "ramp", "slow wave", "short"],
)
def test_what_has_no_period_has_125(channel: NDArray[np.float64]) -> None:
    assert period(channel) == 125


def test_a_chart_by_hand() -> None:
    values = np.array([[0.0, 5], [2, 5], [0, 5], [2, 5], [5, 5], [1, 6]])
    series = Series("", "smd", 4, values)
    # Median 1, spread 1; the second channel stands still, so its spread is the least, .02.
    assert relative(series)[:, 0].tolist() == [-1, 1, -1, 1, 4, 0]
    assert relative(series)[:, 1].tolist() == [0, 0, 0, 0, 0, 20]
    assert chart(series, 2).tolist() == pytest.approx(
        [0.5**0.5, 0, 0, 0, 2.5 / 2**0.5, (2**2 / 2 + 10**2 / 2) ** 0.5]
    )


def test_a_rolling_mean_starts_with_fewer_rows() -> None:
    assert average_rows(np.array([[2.0], [4], [9]]), 2)[:, 0].tolist() == [2, 3, 6.5]


def detectors() -> dict[str, Callable[[Series], NDArray[np.floating]]]:
    return {
        **BASELINES,
        "ours": lambda series: ours.score(series.values[: series.training], series.values, seed=0),
    }


@pytest.mark.parametrize("name", detectors())
def test_no_score_depends_on_later_rows(name: str) -> None:
    detector, whole = detectors()[name], make_series().series
    changed = dataclasses.replace(whole, values=whole.values.copy())
    changed.values[450:] *= 1.5
    first, second = detector(whole), detector(changed)
    np.testing.assert_allclose(first[:450], second[:450], rtol=1e-9)
    assert np.abs(first[450:] - second[450:]).max() > 0
    assert first.shape == (600,)
    assert np.isfinite(first).all()


@pytest.mark.parametrize("name", detectors())
def test_every_detector_sees_a_large_shift(name: str) -> None:
    labelled = make_series(shift=30.0)
    chance = vus_of(labelled, np.random.default_rng(0).random(600))
    assert vus_of(labelled, detectors()[name](labelled.series)) > 2 * chance


def test_every_scale_of_the_chart_counts_alike() -> None:
    series = make_series().series
    quantile = np.quantile(multi_scale_chart(series)[: series.training], 0.99)
    assert 1 < quantile <= 4, "each of the four is at most 1 in 99 of 100 training rows"
