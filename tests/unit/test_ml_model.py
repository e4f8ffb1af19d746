"""The model: what goes in, what comes out, whatever goes in."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.data import Recording, RecordingError
from ml_model.model import ModelConfig, WindowAutoencoder
from ml_model.train import TrainConfig, train
from tests.unit.ml_recordings import PLANT, normal_recording, windows_of
from tocsin.domain.errors import InvalidProfileError

QUICK = TrainConfig(seed=3, epochs=3, most_windows=2_000)
CONFIG = ModelConfig(window=PLANT.window, channels=len(PLANT.channels), absolute=True, hidden=16)


def five_recordings() -> list[Recording]:
    return [normal_recording(f"d{number}", seed=number) for number in range(5)]


@pytest.fixture
def recordings() -> list[Recording]:
    return five_recordings()


@pytest.fixture(scope="module")
def model() -> WindowAutoencoder:
    recordings = five_recordings()
    return train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]


def score(model: WindowAutoencoder, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.inference_mode():
        result: NDArray[np.float32] = model(torch.from_numpy(windows))[0].numpy()
    return result


def contributions(model: WindowAutoencoder, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.inference_mode():
        result: NDArray[np.float32] = model(torch.from_numpy(windows))[1].numpy()
    return result


@pytest.mark.parametrize("batch", [1, 2, 257])
def test_shapes_and_sums(model: WindowAutoencoder, batch: int) -> None:
    windows = windows_of(normal_recording("x", seed=9))[:batch]
    assert score(model, windows).shape == (batch,)
    shares = contributions(model, windows)
    assert shares.shape == (batch, 3)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("value", [1e30, -1e30, 3e38, -3e38, np.inf, -np.inf, 0.0, 1e-30])
def test_no_value_gives_nan(model: WindowAutoencoder, value: float) -> None:
    plain = windows_of(normal_recording("x", seed=9))[:4]
    for rows in (slice(-1, None), slice(None), slice(0, 20)):
        windows = plain.copy()
        windows[:, rows, 1] = value
        assert np.isfinite(score(model, windows)).all()
        np.testing.assert_allclose(contributions(model, windows).sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("missing", [0.05, 0.5, 0.95])
def test_missing_values_never_give_nan(model: WindowAutoencoder, missing: float) -> None:
    windows = windows_of(normal_recording("x", seed=9))[:200].copy()
    windows[np.random.default_rng(1).random(windows.shape) < missing] = np.nan
    assert np.isfinite(score(model, windows)).all()
    np.testing.assert_allclose(contributions(model, windows).sum(axis=1), 1.0, rtol=1e-5)


def test_an_all_missing_window_says_nothing(model: WindowAutoencoder) -> None:
    windows = np.full((2, PLANT.window, 3), np.nan, dtype=np.float32)
    assert score(model, windows).tolist() == [0.0, 0.0]
    np.testing.assert_allclose(contributions(model, windows), 1 / 3)


def test_a_missing_channel_does_not_disturb_the_others(model: WindowAutoencoder) -> None:
    windows = windows_of(normal_recording("x", seed=9))[:500].copy()
    before = score(model, windows)
    windows[:, :, 2] = np.nan
    after = score(model, windows)
    assert np.quantile(after, 0.99) < 1.3 * np.quantile(before, 0.99)
    assert (contributions(model, windows)[:, 2] == 0).all()


def test_a_silence_of_half_a_window_is_not_taken_for_a_stuck_sensor(
    model: WindowAutoencoder,
) -> None:
    windows = windows_of(normal_recording("x", seed=9))[:500].copy()
    usual = np.quantile(score(model, windows), 0.99)
    windows[:, 18:, 0] = np.nan
    assert np.quantile(score(model, windows), 0.99) < 1.3 * usual


def test_a_channel_that_comes_back_is_not_odd(model: WindowAutoencoder) -> None:
    whole = windows_of(normal_recording("x", seed=9))[:500]
    usual = np.quantile(score(model, whole), 0.99)
    for readings in range(1, PLANT.window):
        windows = whole.copy()
        windows[:, :-readings, 0] = np.nan
        assert np.quantile(score(model, windows), 0.99) < 1.3 * usual, readings


def _shifted(windows: NDArray[np.float32]) -> None:
    windows[:, -6:, 0] += 8.0


def _stuck(windows: NDArray[np.float32]) -> None:
    windows[:, -20:, 0] = windows[:, -20:-19, 0]


def _noisy(windows: NDArray[np.float32]) -> None:
    noise = np.random.default_rng(2).normal(0, 6.0, windows[:, -10:, 0].shape)
    windows[:, -10:, 0] += noise.astype(np.float32)


def _far_level(windows: NDArray[np.float32]) -> None:
    windows[:, :, 0] += 400.0


@pytest.mark.parametrize("fault", [_shifted, _stuck, _noisy, _far_level])
def test_a_fault_raises_the_score_and_names_its_channel(
    model: WindowAutoencoder, fault: object
) -> None:
    windows = windows_of(normal_recording("x", seed=9))[:300].copy()
    usual = np.quantile(score(model, windows), 0.99)
    assert callable(fault)
    fault(windows)
    assert np.median(score(model, windows)) > usual
    assert np.median(contributions(model, windows)[:, 0]) > 0.6


def test_without_absolute_levels_another_operating_point_is_normal(
    recordings: list[Recording],
) -> None:
    config = ModelConfig(window=PLANT.window, channels=3, absolute=False, hidden=16)
    relative = train(recordings[:3], recordings[3:4], PLANT, config, QUICK)[0]
    windows = windows_of(normal_recording("x", seed=9))[:300].copy()
    usual = np.quantile(score(relative, windows), 0.99)
    _far_level(windows)
    assert np.quantile(score(relative, windows), 0.99) < 1.2 * usual
    _shifted(windows)
    assert np.median(score(relative, windows)) > usual


def test_the_same_seed_gives_the_same_weights(
    recordings: list[Recording], model: WindowAutoencoder
) -> None:
    again = train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0].state_dict()
    for name, value in model.state_dict().items():
        assert torch.equal(value, again[name]), name


def test_early_stopping_keeps_the_best_epoch(recordings: list[Recording]) -> None:
    impatient = TrainConfig(seed=3, epochs=30, most_windows=1_000, patience=1, learning_rate=0.5)
    _, epochs = train(recordings[:2], recordings[3:4], PLANT, CONFIG, impatient)
    assert len(epochs) < 30
    assert epochs[-1].held_out_loss >= min(epoch.held_out_loss for epoch in epochs)


def test_a_time_budget_ends_the_training(recordings: list[Recording]) -> None:
    hurried = TrainConfig(seed=3, epochs=30, most_windows=1_000, budget_s=1e-9)
    assert len(train(recordings[:2], recordings[3:4], PLANT, CONFIG, hurried)[1]) == 1


@pytest.mark.parametrize("window", [16, 20, 33])
def test_a_window_that_cannot_be_cut_is_refused(window: int) -> None:
    with pytest.raises(
        InvalidProfileError, match=f"window {window} must be 16 plus a multiple of 4"
    ):
        ModelConfig(window=window, channels=3, absolute=True)


def test_a_constant_channel_trains_and_any_change_of_it_is_odd(
    recordings: list[Recording],
) -> None:
    for recording in recordings:
        recording.values[:, 2] = 50.0
    still = train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]
    windows = windows_of(recordings[4])[:300].copy()
    usual = np.quantile(score(still, windows), 0.99)
    windows[:, -6:, 2] = 52.0
    assert np.median(score(still, windows)) > 2 * usual


def test_a_channel_without_values_in_the_training_part_is_named(
    recordings: list[Recording],
) -> None:
    recordings[0].values[:, 2] = np.nan
    with pytest.raises(RecordingError, match="channel 'c' of 'plant' has no value in the part"):
        train(recordings[:1], recordings[3:4], PLANT, CONFIG, QUICK)


def test_recordings_without_a_whole_window_are_refused(recordings: list[Recording]) -> None:
    short = recordings[3].between(0, PLANT.window - 1)
    with pytest.raises(RecordingError, match="no 32 readings in a row"):
        train(recordings[:2], [short], PLANT, CONFIG, QUICK)
