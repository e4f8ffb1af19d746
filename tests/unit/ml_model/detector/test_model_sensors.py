"""The program's third output: which sensors are out, and that what is out has no say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.detector.model import MISSING, STUCK, WindowAutoencoder
from tests.unit.ml_model.made_recordings import CONFIG, PLANT, answers, copy_model, fresh_windows

Windows = NDArray[np.float32]


def limit_model(*, missing: float, stuck: float) -> WindowAutoencoder:
    model = copy_model()
    model.missing_after[0], model.stuck_after[0] = missing, stuck
    return model


@pytest.mark.parametrize("limit", [1.0, 5.0, 16.0])
def test_a_sensor_is_missing_after_exactly_the_limit(limit: float) -> None:
    model = limit_model(missing=limit, stuck=np.inf)
    windows = fresh_windows(17)
    for silent in range(17):
        windows[silent, PLANT.window - silent :, 0] = np.nan
    expected = np.where(np.arange(17) >= limit, MISSING, 0.0)
    np.testing.assert_array_equal(answers(model, windows)[2][:, 0], expected)


@pytest.mark.parametrize("limit", [1.0, 5.0, 15.0])
def test_a_sensor_is_stuck_after_exactly_the_limit(limit: float) -> None:
    model = limit_model(missing=np.inf, stuck=limit)
    windows = fresh_windows(16)
    for unchanged in range(16):
        since = PLANT.window - 1 - unchanged
        windows[unchanged, since:, 0] = windows[unchanged, since, 0]
    expected = np.where(np.arange(16) >= limit, STUCK, 0.0)
    np.testing.assert_array_equal(answers(model, windows)[2][:, 0], expected)


def test_without_a_limit_a_sensor_is_never_out() -> None:
    model = limit_model(missing=np.inf, stuck=np.inf)
    windows = fresh_windows(2)
    windows[0, :, 0], windows[1, :, 0] = np.nan, 20.0
    assert not answers(model, windows)[2][:, 0].any()


def test_a_sensor_that_answers_again_is_working() -> None:
    model = limit_model(missing=5.0, stuck=5.0)
    windows = fresh_windows(2)
    windows[0, :-1, 0], windows[1, :-1, 0] = np.nan, 20.0
    assert not answers(model, windows)[2][:, 0].any()


def test_a_missing_value_ends_a_standstill() -> None:
    model = limit_model(missing=np.inf, stuck=5.0)
    windows = fresh_windows(1)
    windows[0, :, 0] = 20.0
    windows[0, -4, 0] = np.nan
    assert answers(model, windows)[2][0, 0] == 0
    windows[0, -4, 0] = 20.0
    assert answers(model, windows)[2][0, 0] == STUCK


@pytest.mark.parametrize("value", [20.0, 0.0, -900.0, 3e38])
def test_a_stuck_channel_counts_as_missing_wherever_it_stands(value: float) -> None:
    model = copy_model()
    windows = fresh_windows(200)
    missing = windows.copy()
    windows[:, -14:, 0], missing[:, :, 0] = value, np.nan
    score, contributions, sensors = answers(model, windows)
    expected = answers(model, missing)
    assert (sensors[:, 0] == STUCK).all()
    assert not contributions[:, 0].any()
    np.testing.assert_allclose(score, expected[0], rtol=1e-5)
    np.testing.assert_allclose(contributions, expected[1], atol=1e-5)


def test_a_channel_that_is_out_takes_nothing_from_the_evidence_of_others() -> None:
    model = copy_model()
    for index in range(len(CONFIG.views)):  # Let no channel speak for another.
        quantiser = model.quantiser(index)
        quantiser.whitening.copy_(torch.diag(quantiser.whitening.diagonal()))
        quantiser.prototypes = torch.zeros_like(quantiser.prototypes[:1])
    model.stuck_after[2] = torch.inf
    windows = fresh_windows(200)
    windows[:, -14:, 2] = 50.0
    working = evidence(model, windows)
    model.stuck_after[2] = 12.0
    out = evidence(model, windows)
    assert working[:, 2].min() > 1.0
    assert not out[:, 2].any()
    np.testing.assert_allclose(out[:, :2], working[:, :2], rtol=1e-4, atol=1e-5)


def evidence(model: WindowAutoencoder, windows: Windows) -> NDArray[np.float64]:
    """Of each channel: its share of the score to the power, with one exponent for all views."""
    score, contributions, _ = answers(model, windows)
    by_channel: NDArray[np.float64] = (
        score.astype(np.float64)[:, np.newaxis] ** CONFIG.power * contributions
    )
    return by_channel
