"""The rules of the SKAB benchmark, on made-up recordings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.skab import charts, features, forest, ours, published, recordings
from benchmarks.skab.__main__ import main
from benchmarks.skab.protocol import Counts, auc_roc, count_rows, find_windows, hold_flags, nab
from benchmarks.skab.recordings import GROUPS, LabelledFile, Stream, Truth
from benchmarks.skab.rule import PLAIN, decide_flags, follow_peaks
from benchmarks.skab.table import baselines, judge_flags

ROWS = 600
START_MS = 1_767_571_200_000
DETECTORS: list[Callable[[Stream], NDArray[np.floating]]] = [
    published.isolation_forest,
    published.t2,
    published.t2_q,
    charts.t2_of_means,
    charts.t2_of_variances,
    charts.one_channel,
    charts.mean_of_three,
    charts.t2_q_of_means,
    charts.neighbours,
    partial(ours.score, seed=0),
]


def stream(seed: int, shift: float = 3.0) -> Stream:
    """Eight noisy channels with the levels of a pump's; the last hundred rows are shifted."""
    levels = np.array([0.1, 0.1, 1.3, 0.5, 80.0, 26.0, 230.0, 32.0])
    noise = np.random.default_rng(seed).normal(size=(ROWS, 8))
    noise[500:] += shift
    return Stream(START_MS + 1_000 * np.arange(ROWS), levels * (1 + 0.01 * noise))


def truth(anomaly: list[int], change: list[int] | None = None) -> Truth:
    labels = np.array(anomaly, dtype=bool)
    changes = np.zeros(len(labels), dtype=bool)
    changes[change or []] = True
    return Truth(START_MS + 1_000 * np.arange(len(labels)), labels, changes)


def make_flags(rows: int, *at: int) -> NDArray[np.bool_]:
    """Flags that change at the rows *at*."""
    changes = np.zeros(rows, dtype=np.int64)
    changes[list(at)] = 1
    up: NDArray[np.bool_] = np.cumsum(changes) % 2 == 1
    return up


def label_file(seed: int, group: str) -> LabelledFile:
    recording = stream(seed)
    anomaly = np.arange(400, ROWS) >= 500
    return LabelledFile(group, recording, Truth(recording.t[400:], anomaly, np.zeros(200, bool)))


def test_rows_are_pooled_over_files() -> None:
    truths = [truth([1, 1, 0, 0]), truth([1, 0])]
    counts = count_rows(truths, [np.array([1, 0, 1, 0], bool), np.array([1, 0], bool)])
    assert counts == Counts(tp=2, tn=2, fp=1, fn=1)
    assert counts.f1 == pytest.approx(2 / 3)
    assert counts.far_pct == pytest.approx(100 / 3)
    assert counts.mar_pct == pytest.approx(100 / 3)


def test_nothing_flagged_where_nothing_is_odd_counts_as_zero() -> None:
    counts = count_rows([truth([0, 0])], [np.zeros(2, bool)])
    assert (counts.f1, counts.far_pct, counts.mar_pct) == (0, 0, 0)


def test_a_window_that_overlaps_starts_where_the_one_before_ends() -> None:
    assert find_windows([0, 30_000, 200_000]) == [(0, 60_000), (60_000, 90_000), (200_000, 260_000)]


def test_change_points_met_at_once_score_100_and_none_met_0() -> None:
    truths = [truth([0] * 400, [50, 250])]
    assert nab(truths, [make_flags(400, 50, 250)]) == pytest.approx(100)
    assert nab(truths, [np.zeros(400, bool)]) == pytest.approx(0)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((80,), (0.445 + 1) / 2),  # in the middle of the window
        ((110,), (-0.11 + 1) / 2),  # at its end
        ((50, 60, 70), (1 + 1) / 2),  # only the first hit of a window counts
        ((10,), -0.11 / 2),  # outside
        ((10, 50), (1 - 0.11 + 1) / 2),
    ],
)
def test_a_hit_is_worth_less_the_later_it_comes(at: tuple[int, ...], expected: float) -> None:
    assert nab([truth([0] * 200, [50])], [make_flags(200, *at)]) == pytest.approx(100 * expected)


def test_a_flag_up_from_the_first_row_is_a_hit_there() -> None:
    assert nab([truth([0] * 100, [0])], [np.ones(100, bool)]) == pytest.approx(100)


def test_a_hit_in_the_overlap_belongs_to_the_earlier_window() -> None:
    both = nab([truth([0] * 200, [20, 50])], [make_flags(200, 60)])
    x = np.pi * (40 / 60 - 0.5)
    first = 1.11 / 2 * (1 - np.tanh(x) / np.tanh(np.pi / 2)) - 0.11
    assert both == pytest.approx(100 * (first - 1 + 2) / 4)


def test_the_area_is_the_mean_over_files() -> None:
    truths = [truth([0, 0, 1, 1]), truth([0, 1])]
    assert auc_roc(truths, [np.array([1, 2, 3, 4.0]), np.array([2.0, 1])]) == pytest.approx(0.5)


def test_a_held_flag_stays_up() -> None:
    kept = hold_flags(np.array([0, 0, 0, 1, 0, 0, 0], bool), 3)
    assert kept.tolist() == [False, False, False, True, True, True, False]


@pytest.mark.parametrize("detector", DETECTORS)
def test_no_score_depends_on_later_rows(
    detector: Callable[[Stream], NDArray[np.floating]],
) -> None:
    whole = stream(1)
    changed = dataclasses.replace(whole, values=whole.values.copy())
    changed.values[450:] *= 1.5
    first, second = detector(whole), detector(changed)
    np.testing.assert_array_equal(first[:450], second[:450])
    assert np.abs(first[450:] - second[450:]).max() > 0
    assert np.isfinite(first[400:]).all()


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_detector_sees_a_large_shift(
    detector: Callable[[Stream], NDArray[np.floating]],
) -> None:
    score = detector(stream(2, shift=30.0))
    assert np.median(score[520:560]) > np.median(score[400:500])


def test_rolling_features_by_hand() -> None:
    values = np.array([[1.0], [3], [5], [5]])
    np.testing.assert_allclose(features.average_rows(values, 2)[:, 0], [np.nan, 2, 4, 5])
    spread = np.exp(features.log_variance(values, 2)[:, 0]) - features.LEAST_VARIANCE
    np.testing.assert_allclose(spread, [np.nan, 1, 1, 0], atol=1e-12)


def test_a_calmer_channel_is_odd_to_the_chart_of_variances_alone() -> None:
    """A sensor that stands still at its usual level: its mean says nothing."""
    still = stream(4, shift=0.0)
    still.values[500:, 0] = still.values[:400, 0].mean()
    by_variances, by_means = (
        np.median(score[540:]) / np.median(score[400:500])
        for score in (charts.t2_of_variances(still), charts.t2_of_means(still))
    )
    assert by_variances > 3
    assert by_means < 1.5


def test_three_charts_count_alike() -> None:
    parts = (charts.t2_of_means, charts.t2_of_variances, charts.one_channel)
    scores = [chart(stream(5)) for chart in parts]
    expected = np.mean([score / np.nanquantile(score[:400], 0.99) for score in scores], axis=0)
    np.testing.assert_allclose(charts.mean_of_three(stream(5)), expected)


def test_a_forest_knows_a_marked_shift_and_nothing_of_the_file_it_scores() -> None:
    files = [label_file(seed, group) for seed, group in enumerate(GROUPS)]
    parts = forest.groups(files)
    found = forest.scores(files, parts)
    for file, score in zip(files, found, strict=True):
        assert np.isnan(score[:400]).all()
        assert ((score[400:] > forest.SHARE) == file.truth.anomaly).mean() > 0.9
    turned = dataclasses.replace(files[0].truth, anomaly=~files[0].truth.anomaly)
    again = forest.scores([dataclasses.replace(files[0], truth=turned), *files[1:]], parts)
    np.testing.assert_array_equal(found[0], again[0])
    assert (found[1][400:] != again[1][400:]).any()


def test_a_forest_s_score_does_not_depend_on_later_rows() -> None:
    files = [label_file(seed, group) for seed, group in enumerate(GROUPS)]
    later = dataclasses.replace(files[0].stream, values=files[0].stream.values.copy())
    later.values[450:] *= 1.5
    changed = [dataclasses.replace(files[0], stream=later), *files[1:]]
    first, second = (forest.scores(some, forest.groups(some))[0] for some in (files, changed))
    np.testing.assert_array_equal(first[:450], second[:450])


def test_each_file_is_in_one_part() -> None:
    files = [label_file(seed, GROUPS[seed % 3]) for seed in range(7)]
    assert [len(part) for part in forest.folds(files)] == [2, 2, 1, 1, 1]
    assert sorted(n for part in forest.folds(files) for n in part) == list(range(7))
    assert forest.groups(files) == [[0, 3, 6], [1, 4], [2, 5]]


def test_a_detector_that_was_told_labels_says_so() -> None:
    files = [label_file(seed, GROUPS[seed % 3]) for seed in range(6)]
    lines = baselines(files)
    told = {name for name, line in lines.items() if line.get("uses_labels")}
    assert told == {"random_forest_folds", "random_forest_groups"}
    assert lines["random_forest_groups"]["f1"] > 0.9


def test_a_threshold_follows_the_training_rows_alone() -> None:
    files = [label_file(seed, group) for seed, group in enumerate(GROUPS)]
    scores = [charts.t2_of_means(file.stream) for file in files]
    doubled = [2.0 * score for score in scores]
    for single, two in zip(decide_flags(files, scores), decide_flags(files, doubled), strict=True):
        np.testing.assert_array_equal(single, two)
    # Ten times the score in training is ten times the threshold.
    scores[0] = np.concatenate((10.0 * scores[0][:400], scores[0][400:]))
    assert (
        decide_flags(files, scores, PLAIN)[0].sum() < decide_flags(files, doubled, PLAIN)[0].sum()
    )


def test_a_peak_fades_and_a_score_that_is_missing_has_none() -> None:
    peaks = follow_peaks(np.array([np.nan, 8.0, 1.0, np.nan, 20.0]))
    left = 8.0 * np.exp(-np.arange(3) / 300)
    np.testing.assert_allclose(peaks, [0.0, *left, 20.0])


def test_labels_of_a_group_do_not_decide_its_own_flags() -> None:
    files = [label_file(seed, group) for seed, group in enumerate(GROUPS)]
    scores = [charts.t2_of_means(file.stream) for file in files]
    before = decide_flags(files, scores)
    turned = dataclasses.replace(files[0].truth, anomaly=~files[0].truth.anomaly)
    after = decide_flags([dataclasses.replace(files[0], truth=turned), *files[1:]], scores)
    np.testing.assert_array_equal(before[0], after[0])
    assert any((once != two).any() for once, two in zip(before[1:], after[1:], strict=True))


def test_a_file_s_labels_stay_apart_from_what_a_detector_sees(tmp_path: Path) -> None:
    path = tmp_path / "valve1" / "0.csv"
    path.parent.mkdir()
    lines = ["datetime;a;b;anomaly;changepoint"]
    for row in range(402):
        label = int(row == 401)
        lines.append(f"2020-03-09 10:{row // 60:02}:{row % 60:02};{row};0.5;{label}.0;{label}.0")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = recordings.read_file(path)
    assert file.group == "valve1"
    assert file.stream.values.shape == (402, 2)
    assert np.diff(file.stream.t).tolist() == [1_000] * 401
    assert file.truth.anomaly.tolist() == file.truth.change.tolist() == [False, True]
    assert file.truth.t.tolist() == file.stream.t[400:].tolist()


def test_missing_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(recordings.MissingRecordingsError, match="other"):
        recordings.read_files(tmp_path)


def test_the_command_says_in_one_line_that_recordings_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks.skab", "--json"])
    assert main(tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert str(tmp_path) in printed.err


def test_a_perfect_detector_gets_the_best_of_every_measure() -> None:
    file = label_file(3, "other")
    score = np.concatenate((np.zeros(400), file.truth.anomaly.astype(float)))
    figures = judge_flags([file], [score], [file.truth.anomaly], [file.truth.anomaly])
    assert (figures["f1"], figures["far_pct"], figures["mar_pct"]) == (1, 0, 0)
    assert figures["auc_roc"] == 1
