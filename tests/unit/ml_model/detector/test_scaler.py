"""The scaler: limits, level, spread and noise of each channel, and when a sensor is out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.scaler import LEAST_RUN, NOISE_SHARE, fit_scaler, fit_sensors, foresee_spread
from ml_model.recording import Recording, RecordingError
from tests.unit.ml_model.made_recordings import (
    CONFIG,
    NOISE,
    PLANT,
    START_MS,
    normal_recording,
    windows_of,
)


def model_of_rows(sensor_rows: int = 32) -> WindowAutoencoder:
    return WindowAutoencoder(replace(CONFIG, sensor_rows=sensor_rows))


def fit_model(recording: Recording, floor_share: float = 1e-3) -> WindowAutoencoder:
    model = WindowAutoencoder(CONFIG)
    windows = torch.from_numpy(windows_of(recording))
    fit_scaler(model, [recording], windows, PLANT, floor_share=floor_share)
    return model


def recording_of(values: NDArray[np.float64]) -> Recording:
    t = START_MS + 1_000 * np.arange(len(values), dtype=np.int64)
    return Recording("d", t, values.astype(np.float32), np.full(len(values), "", dtype="U16"))


def test_values_are_held_within_a_range_more_on_either_side() -> None:
    look = fit_model(normal_recording("d", seed=1, rows=500)).look
    assert look.low.tolist() == [-3_000.0, -5_000.0, -100.0]
    assert look.high.tolist() == [3_000.0, 10_000.0, 200.0]


def test_level_spread_and_noise_are_those_of_the_rows() -> None:
    recording = normal_recording("d", seed=1)
    look = fit_model(recording).look
    np.testing.assert_allclose(look.centre, recording.values.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(look.spread, recording.values.std(axis=0), rtol=1e-4)
    np.testing.assert_allclose(look.noise_floor, NOISE_SHARE * np.array(NOISE), rtol=0.06)


def test_rows_with_a_fault_have_no_say_in_the_level() -> None:
    recording = normal_recording("d", seed=1)
    recording.values[500:900] *= 5
    recording.fault[500:900] = "scaled"
    normal = recording.values[recording.fault == ""]
    np.testing.assert_allclose(fit_model(recording).look.centre, normal.mean(axis=0), rtol=1e-5)


def test_missing_values_have_no_say_in_the_level() -> None:
    recording = normal_recording("d", seed=1)
    recording.values[::3, 1] = np.nan
    look = fit_model(recording).look
    np.testing.assert_allclose(look.centre, np.nanmean(recording.values, axis=0), rtol=1e-5)
    np.testing.assert_allclose(look.noise_floor, NOISE_SHARE * np.array(NOISE), rtol=0.06)


def test_a_channel_that_never_changes_gets_a_share_of_its_range() -> None:
    recording = normal_recording("d", seed=1, rows=500)
    recording.values[:, 2] = 50.0
    look = fit_model(recording, floor_share=0.02).look
    assert look.spread[2].item() == look.noise_floor[2].item() == 2.0


def test_a_channel_without_values_is_named() -> None:
    recording = normal_recording("d", seed=1, rows=500)
    recording.values[:, 2] = np.nan
    with pytest.raises(RecordingError, match="channel 'c' of 'plant' has no value in the part"):
        fit_model(recording)


def test_a_sensor_is_out_after_half_as_long_again_as_it_ever_was() -> None:
    first, second = (normal_recording("d", seed=seed, rows=500) for seed in (1, 2))
    first.values[100:110, 0] = np.nan
    second.values[200:214, 0] = np.nan
    second.values[300:317, 1] = second.values[300, 1]  # 16 steps without a change
    model = model_of_rows()
    fit_sensors(model, [first, second])
    assert model.missing_after.tolist() == [22.0, LEAST_RUN, LEAST_RUN]
    assert model.stuck_after.tolist() == [LEAST_RUN, 25.0, LEAST_RUN]


@pytest.mark.parametrize(("longest", "limit"), [(17, 27.0), (18, 28.0), (19, torch.inf)])
def test_a_limit_that_the_rows_looked_at_cannot_tell_is_none(longest: int, limit: float) -> None:
    recording = normal_recording("d", seed=1, rows=500)
    recording.values[100 : 100 + longest, 0] = np.nan
    recording.values[200 : 201 + longest, 1] = 900.0
    model = model_of_rows(30)  # 29 steps; 19 in a row would be out after 30
    fit_sensors(model, [recording])
    assert model.missing_after[0].item() == limit
    assert model.stuck_after[1].item() == limit


def test_faulty_rows_do_not_say_how_long_a_sensor_normally_stands_still() -> None:
    recording = normal_recording("d", seed=1, rows=500)
    recording.values[100:140, 0] = 20.0
    recording.values[200:240, 1] = np.nan
    recording.fault[100:140], recording.fault[200:240] = "stuck", "missing"
    model = model_of_rows()
    fit_sensors(model, [recording])
    assert model.stuck_after.tolist() == model.missing_after.tolist() == [LEAST_RUN] * 3


def walk(rng: np.random.Generator) -> NDArray[np.float64]:
    return np.cumsum(rng.normal(size=(4_000, 3)), axis=0)


def growth(recordings: list[Recording]) -> NDArray[np.float64]:
    """The exponent with which the mean square drift grows, ``[c]``."""
    near, far = (foresee_spread(recordings, 8, horizon) for horizon in (1.0, 4.0))
    exponent: NDArray[np.float64] = 2 * np.log(far / near) / np.log(4.0)
    return exponent


def test_a_random_walk_drifts_as_a_random_walk() -> None:
    rng = np.random.default_rng(1)
    walks = [recording_of(walk(rng)) for _ in range(60)]
    np.testing.assert_allclose(growth(walks), 1.0, atol=0.15)
    # Its variance at a lag is the lag; half of the mean square change, as all spreads here are.
    expected = np.sqrt(2.0 * 4_000 / 2)
    np.testing.assert_allclose(foresee_spread(walks, 8, 2.0), expected, rtol=0.25)


def test_white_noise_does_not_drift() -> None:
    rng = np.random.default_rng(1)
    noise = [recording_of(rng.normal(size=(4_000, 3))) for _ in range(10)]
    np.testing.assert_allclose(growth(noise), 0.0, atol=0.05)
    np.testing.assert_allclose(foresee_spread(noise, 8, 2.0), np.sqrt(1 / 8), rtol=0.1)


@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning")
def test_a_channel_known_for_a_short_while_is_not_taken_to_drift() -> None:
    recording = recording_of(walk(np.random.default_rng(1)))
    recording.values[200:, 1] = np.nan
    spread = foresee_spread([recording], 8, 2.0)
    assert spread[1] < 1e-3 < spread[0]
