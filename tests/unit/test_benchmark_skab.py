"""The rules of the SKAB benchmark, on made-up recordings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.skab import charts, ours, published, recordings
from benchmarks.skab.__main__ import main
from benchmarks.skab.protocol import Counts, auc_roc, count, held, nab, windows
from benchmarks.skab.recordings import GROUPS, LabelledFile, Stream, Truth
from benchmarks.skab.rule import decided, flags
from benchmarks.skab.table import judged

ROWS = 600
START_MS = 1_767_571_200_000
DETECTORS: list[Callable[[Stream], NDArray[np.floating]]] = [
    published.isolation_forest,
    published.t2,
    published.t2_q,
    charts.t2_of_means,
    charts.one_channel,
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


def flagged(rows: int, *at: int) -> NDArray[np.bool_]:
    """Flags that change at the rows *at*."""
    changes = np.zeros(rows, dtype=np.int64)
    changes[list(at)] = 1
    up: NDArray[np.bool_] = np.cumsum(changes) % 2 == 1
    return up


def labelled(seed: int, group: str) -> LabelledFile:
    recording = stream(seed)
    anomaly = np.arange(400, ROWS) >= 500
    return LabelledFile(group, recording, Truth(recording.t[400:], anomaly, np.zeros(200, bool)))


def test_rows_are_pooled_over_files() -> None:
    truths = [truth([1, 1, 0, 0]), truth([1, 0])]
    counts = count(truths, [np.array([1, 0, 1, 0], bool), np.array([1, 0], bool)])
    assert counts == Counts(tp=2, tn=2, fp=1, fn=1)
    assert counts.f1 == pytest.approx(2 / 3)
    assert counts.far_pct == pytest.approx(100 / 3)
    assert counts.mar_pct == pytest.approx(100 / 3)


def test_nothing_flagged_where_nothing_is_odd_counts_as_zero() -> None:
    counts = count([truth([0, 0])], [np.zeros(2, bool)])
    assert (counts.f1, counts.far_pct, counts.mar_pct) == (0, 0, 0)


def test_a_window_that_overlaps_starts_where_the_one_before_ends() -> None:
    assert windows([0, 30_000, 200_000]) == [(0, 60_000), (60_000, 90_000), (200_000, 260_000)]


def test_change_points_met_at_once_score_100_and_none_met_0() -> None:
    truths = [truth([0] * 400, [50, 250])]
    assert nab(truths, [flagged(400, 50, 250)]) == pytest.approx(100)
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
    assert nab([truth([0] * 200, [50])], [flagged(200, *at)]) == pytest.approx(100 * expected)


def test_a_flag_up_from_the_first_row_is_a_hit_there() -> None:
    assert nab([truth([0] * 100, [0])], [np.ones(100, bool)]) == pytest.approx(100)


def test_a_hit_in_the_overlap_belongs_to_the_earlier_window() -> None:
    both = nab([truth([0] * 200, [20, 50])], [flagged(200, 60)])
    x = np.pi * (40 / 60 - 0.5)
    first = 1.11 / 2 * (1 - np.tanh(x) / np.tanh(np.pi / 2)) - 0.11
    assert both == pytest.approx(100 * (first - 1 + 2) / 4)


def test_the_area_is_the_mean_over_files() -> None:
    truths = [truth([0, 0, 1, 1]), truth([0, 1])]
    assert auc_roc(truths, [np.array([1, 2, 3, 4.0]), np.array([2.0, 1])]) == pytest.approx(0.5)


def test_a_held_flag_stays_up() -> None:
    kept = held(np.array([0, 0, 0, 1, 0, 0, 0], bool), 3)
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


def test_a_threshold_follows_the_training_rows_alone() -> None:
    score = np.concatenate((np.full(400, 2.0), [1.0, 5.0, 7.0]))
    assert flags(score, 3.0).tolist() == [False, False, True]
    score[:10] = np.nan  # before the first window
    assert flags(score, 2.0).tolist() == [False, True, True]


def test_labels_of_a_group_do_not_decide_its_own_flags() -> None:
    files = [labelled(seed, group) for seed, group in enumerate(GROUPS)]
    scores = [charts.t2_of_means(file.stream) for file in files]
    before = decided(files, scores)
    turned = dataclasses.replace(files[0].truth, anomaly=~files[0].truth.anomaly)
    after = decided([dataclasses.replace(files[0], truth=turned), *files[1:]], scores)
    np.testing.assert_array_equal(before[0], after[0])
    assert any((one != two).any() for one, two in zip(before[1:], after[1:], strict=True))


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
    file = labelled(3, "other")
    score = np.concatenate((np.zeros(400), file.truth.anomaly.astype(float)))
    figures = judged([file], [score], [file.truth.anomaly], [file.truth.anomaly])
    assert (figures["f1"], figures["far_pct"], figures["mar_pct"]) == (1, 0, 0)
    assert figures["auc_roc"] == 1
