"""The model, whatever goes in: no value gives NaN, and what is missing adds no error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ml_model.detector.model import MISSING, STUCK, WindowAutoencoder
from ml_model.training.train import train
from tests.unit.ml_model.made_recordings import (
    CONFIG,
    PLANT,
    QUICK,
    answers,
    copy_model,
    five_recordings,
    fresh_windows,
    usual,
    windows_of,
)

Windows = NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> WindowAutoencoder:
    return copy_model()


def assert_shares(contributions: NDArray[np.float32]) -> None:
    assert (contributions >= 0).all()
    np.testing.assert_allclose(contributions.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("value", [1e30, -1e30, 3e38, -3e38, np.inf, -np.inf, 0.0, 1e-30])
@pytest.mark.parametrize("rows", [slice(-1, None), slice(None), slice(0, 20)])
def test_no_value_gives_nan(model: WindowAutoencoder, value: float, rows: slice) -> None:
    windows = fresh_windows(4)
    windows[:, rows, 1] = value
    score, contributions, _ = answers(model, windows)
    assert np.isfinite(score).all()
    assert_shares(contributions)


def test_channels_that_never_changed_may_be_as_far_off_as_can_be() -> None:
    recordings = five_recordings(rows=500)
    for recording in recordings:
        recording.values[:, 0], recording.values[:, 2] = -1_000.0, 100.0
    still = train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]
    windows = windows_of(recordings[4])[:4].copy()
    windows[:, :, 0], windows[:, :, 2] = 3e38, -3e38
    score, contributions, _ = answers(still, windows)
    np.testing.assert_allclose(score, CONFIG.limit, rtol=0.2)
    np.testing.assert_allclose(contributions, [[0.5, 0.0, 0.5]] * 4, atol=1e-5)


# Whatever a device may send, most of it usual.
any_float = st.floats(width=32, allow_nan=True, allow_infinity=True)
plausible = st.sampled_from([np.nan, 0.0, 20.0, 50.0, 900.0, -1e3, 5e3])
any_windows = arrays(np.float32, (2, PLANT.window, 3), elements=any_float | plausible)


@settings(max_examples=60)
@given(windows=any_windows)
def test_any_window_gets_a_finite_score_and_shares(windows: Windows) -> None:
    score, contributions, sensors = answers(copy_model(), windows)
    assert np.isfinite(score).all()
    assert (score >= 0).all()
    assert_shares(contributions)
    assert np.isin(sensors, (0, MISSING, STUCK)).all()


@settings(max_examples=60)
@given(
    windows=arrays(np.float32, (1, PLANT.window, 3), elements=any_float),
    touched=arrays(np.bool_, (1, PLANT.window, 3)),
)
def test_any_values_in_a_normal_window_give_a_finite_score_and_shares(
    windows: Windows, touched: NDArray[np.bool_]
) -> None:
    mixed = np.where(touched, windows, fresh_windows(1))
    score, contributions, _ = answers(copy_model(), mixed)
    assert np.isfinite(score).all()
    assert (score >= 0).all()
    assert_shares(contributions)


@pytest.mark.parametrize("missing", [0.05, 0.5, 0.95])
def test_missing_values_never_give_nan_and_add_no_error(
    model: WindowAutoencoder, missing: float
) -> None:
    windows = fresh_windows()
    windows[np.random.default_rng(1).random(windows.shape) < missing] = np.nan
    score, contributions, _ = answers(model, windows)
    assert np.quantile(score, 0.99) < 1.3 * usual(model)
    assert_shares(contributions)


def test_an_all_missing_window_says_nothing(model: WindowAutoencoder) -> None:
    score, contributions, _ = answers(model, np.full((2, PLANT.window, 3), np.nan, np.float32))
    assert score.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(contributions, 1 / 3)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_missing_channel_does_not_disturb_the_others(
    model: WindowAutoencoder, channel: int
) -> None:
    windows = fresh_windows()
    windows[:, :, channel] = np.nan
    score, contributions, _ = answers(model, windows)
    assert np.quantile(score, 0.99) < 1.3 * usual(model)
    assert not contributions[:, channel].any()


def test_a_silence_of_half_a_window_is_not_taken_for_a_stuck_sensor(
    model: WindowAutoencoder,
) -> None:
    windows = fresh_windows()
    windows[:, 18:, 0] = np.nan
    score, _, sensors = answers(model, windows)
    assert np.quantile(score, 0.99) < 1.3 * usual(model)
    np.testing.assert_array_equal(sensors, [[MISSING, 0, 0]] * len(windows))


@pytest.mark.parametrize("readings", range(1, PLANT.window))
def test_a_channel_that_comes_back_is_not_odd(model: WindowAutoencoder, readings: int) -> None:
    windows = fresh_windows()
    windows[:, :-readings, 0] = np.nan
    score, contributions, _ = answers(model, windows)
    # Of a pair that follows one load the other is judged more harshly while one is half known.
    assert np.quantile(score, 0.99) < 1.4 * usual(model)
    assert np.mean(contributions[:, 0]) < 0.6
