"""The threshold keeps to the target rate of false alerts."""

from __future__ import annotations

import numpy as np
import pytest

from ml_model.calibrate import calibrate, excursion_peaks, sustained
from ml_model.data import Recording, RecordingError
from ml_model.scoring import ScoredRecording
from tocsin.domain.scoring import AlertState, Hysteresis, decide

HYSTERESIS = Hysteresis(raise_after=3, clear_after=10)
DAY = 86_400


def scored(seed: int, rows: int = DAY) -> ScoredRecording:
    """Scores of normal running: an autocorrelated series with an exponential tail."""
    noise = np.random.default_rng(seed).exponential(size=rows + 7)
    score = np.convolve(noise, np.full(8, 1 / 8), mode="valid").astype(np.float32)
    t = 1_000 * np.arange(rows, dtype=np.int64)
    nothing = np.empty((rows, 0), dtype=np.float32)
    return ScoredRecording(Recording(f"d{seed}", t, nothing, np.full(rows, "")), score)


def alerts_of(one: ScoredRecording, threshold: float) -> int:
    anomalous = (one.score > threshold).tolist()
    _, changes = decide(AlertState(), one.recording.t.tolist(), anomalous, HYSTERESIS)
    return sum(kind == "raised" for _, kind in changes)


@pytest.mark.parametrize("target", [2.0, 10.0])
def test_the_rate_on_unseen_days_is_about_the_target(target: float) -> None:
    found = calibrate([scored(seed) for seed in range(4)], HYSTERESIS, target)
    assert found.method == "pareto"
    unseen = [scored(seed) for seed in range(100, 108)]
    rate = sum(alerts_of(one, found.threshold) for one in unseen) / len(unseen)
    assert 0.1 * target < rate <= 1.5 * target


def test_a_lower_target_gives_a_higher_threshold() -> None:
    days = [scored(seed) for seed in range(4)]
    thresholds = [calibrate(days, HYSTERESIS, target).threshold for target in (10.0, 1.0, 0.1)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_with_too_few_peaks_the_highest_score_and_a_margin_decide() -> None:
    short = scored(1, rows=500)
    found = calibrate([short], HYSTERESIS, 0.5)
    assert found.method == "highest"
    assert found.threshold == pytest.approx(1.1 * sustained(short.score, 3).max())


def test_scores_that_are_all_missing_are_refused() -> None:
    empty = scored(1, rows=50)
    empty.score[:] = np.nan
    with pytest.raises(RecordingError, match="no reading"):
        calibrate([empty], HYSTERESIS, 0.5)


def test_the_sustained_score_is_the_least_of_the_last_ones() -> None:
    score = np.array([5.0, 4.0, 6.0, np.nan, 7.0, 8.0, 9.0])
    assert sustained(score, 3).tolist() == [-np.inf, -np.inf, 4.0, -np.inf, -np.inf, -np.inf, 7.0]
    assert sustained(np.array([2.0, 1.0]), 1).tolist() == [2.0, 1.0]


def test_excursions_close_to_each_other_are_one() -> None:
    series = np.array([0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 2.0])
    assert excursion_peaks(series, 1.0, apart=2).tolist() == [4.0, 2.0]
    assert excursion_peaks(series, 1.0, apart=1).tolist() == [3.0, 4.0, 2.0]
    assert excursion_peaks(series, 9.0, apart=1).tolist() == []
