"""The threshold keeps to the target rate of false alerts."""

from __future__ import annotations

import numpy as np
import pytest

from ml_model.detector.calibrate import calibrate, find_peaks
from ml_model.detector.scoring import ScoredRecording
from ml_model.recording import Recording, RecordingError
from tocsin.domain.calling.scoring import AlertState, Hysteresis, next_alert
from tocsin.domain.calling.thresholds import AIM, sustain, threshold_for
from tocsin.domain.judging.adaptation import USUAL_QUANTILE

HYSTERESIS = Hysteresis(raise_after=3, clear_after=10)
DAY = 86_400


def make_scores(seed: int, rows: int = DAY) -> ScoredRecording:
    """Scores of normal running: an autocorrelated series with an exponential tail."""
    noise = np.random.default_rng(seed).exponential(size=rows + 7)
    score = np.convolve(noise, np.full(8, 1 / 8), mode="valid").astype(np.float32)
    t = 1_000 * np.arange(rows, dtype=np.int64)
    nothing = np.empty((rows, 0), dtype=np.float32)
    recording = Recording(f"d{seed}", t, nothing, np.full(rows, ""))
    return ScoredRecording(recording, score, nothing.astype(np.int8))


def alerts_of(scored: ScoredRecording, threshold: float) -> int:
    state, raised = AlertState(), 0
    for index, odd in enumerate((scored.score > threshold).tolist()):
        state, change = next_alert(state, index, odd, HYSTERESIS, 0)
        raised += change == "raised"
    return raised


@pytest.mark.parametrize("target", [2.0, 10.0])
def test_the_rate_on_unseen_days_is_about_the_target(target: float) -> None:
    found = calibrate([make_scores(seed) for seed in range(4)], HYSTERESIS, target)
    assert found.method == "pareto"
    unseen = [make_scores(seed) for seed in range(100, 108)]
    rate = sum(alerts_of(day, found.threshold) for day in unseen) / len(unseen)
    assert 0.1 * target < rate <= 1.5 * target


def test_a_lower_target_gives_a_higher_threshold() -> None:
    days = [make_scores(seed) for seed in range(4)]
    thresholds = [calibrate(days, HYSTERESIS, target).threshold for target in (10.0, 1.0, 0.1)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_with_too_few_peaks_the_highest_score_and_a_margin_decide() -> None:
    short = make_scores(1, rows=500)
    found = calibrate([short], HYSTERESIS, 0.5)
    assert found.method == "highest"
    assert found.threshold == pytest.approx(1.1 * sustain(short.score, 3).max())


def test_scores_that_are_all_missing_are_refused() -> None:
    empty = make_scores(1, rows=50)
    empty.score[:] = np.nan
    with pytest.raises(RecordingError, match="no reading"):
        calibrate([empty], HYSTERESIS, 0.5)


def test_the_tail_gives_the_threshold_of_any_target_without_calibrating_again() -> None:
    days = [make_scores(seed) for seed in range(3)]
    once = calibrate(days, HYSTERESIS, 0.5)
    assert once.tail is not None
    assert once.threshold == threshold_for(once.tail, 0.5)
    for target in (0.05, 2.0, 20.0):
        again = calibrate(days, HYSTERESIS, target)
        assert again.tail == once.tail, "the peaks are what was counted, whatever the target"
        assert threshold_for(once.tail, target) == again.threshold


def test_half_the_target_is_aimed_at_once() -> None:
    days = [make_scores(seed) for seed in range(6)]
    found = calibrate(days, HYSTERESIS, 20.0)
    assert found.alerts_per_day == pytest.approx(AIM * 20.0, rel=0.25)


def test_the_usual_score_is_a_quantile_of_normal_scores() -> None:
    days = [make_scores(seed) for seed in range(2)]
    found = calibrate(days, HYSTERESIS, 0.5)
    every = np.concatenate([day.score for day in days])
    assert np.mean(every <= found.usual_score) == pytest.approx(USUAL_QUANTILE, abs=1e-4)
    silent = make_scores(1, rows=500)
    silent.score[:] = 0.0
    assert calibrate([silent], HYSTERESIS, 0.5).usual_score > 0


def test_excursions_close_to_each_other_are_one() -> None:
    series = np.array([0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 2.0])
    assert find_peaks(series, 1.0, apart=2).tolist() == [4.0, 2.0]
    assert find_peaks(series, 1.0, apart=1).tolist() == [3.0, 4.0, 2.0]
    assert find_peaks(series, 9.0, apart=1).tolist() == []
