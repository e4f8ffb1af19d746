"""Curves and lags are found again, whatever levels the devices have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.detector.covariate import Explanation
from ml_model.recording import Recording, normal_windows
from ml_model.training.explaining import LAGS, fit_explanation, lay_kernel
from tests.unit.ml_model.loaded_plant import (
    LOADED,
    draw_load,
    expected_heat,
    lag_load,
    loaded_recording,
)

JUDGED = 32


@pytest.fixture(scope="module")
def fitted() -> Explanation:
    recordings = [loaded_recording(f"d{number}", seed=number) for number in range(4)]
    windows = torch.from_numpy(normal_windows(recordings, LOADED, most=8_000))
    made = Explanation(LOADED.window, JUDGED, 2, 16)
    fit_explanation(made, windows, LOADED)
    return made


def curve(made: Explanation, name: str, channel: int) -> NDArray[np.float32]:
    table: NDArray[np.float32] = getattr(made, name).reshape(2, -1)[channel].numpy()
    return table


def test_a_saturating_curve_is_learned_from_changes(fitted: Explanation) -> None:
    knots = fitted.first.item() + fitted.apart.item() * np.arange(16.0)
    found = curve(fitted, "expected", 0)
    wanted = expected_heat(knots)
    # Levels differ from device to device by 5: only the shape is the same everywhere.
    np.testing.assert_allclose(found - found.mean(), wanted - wanted.mean(), atol=2.0)


def test_spreads_grow_with_the_load_where_the_noise_does(fitted: Explanation) -> None:
    spread = curve(fitted, "spread", 0)
    # That of the next knot: the next device may be a little fuller than its kind.
    assert spread[1] == pytest.approx(0.9, rel=0.35)
    assert spread[-2] == pytest.approx(2.04, rel=0.35)


def test_the_lag_is_the_nearest_of_those_tried(fitted: Explanation) -> None:
    kernel = fitted.kernel.reshape(LOADED.window, JUDGED, 2)[:, :, 0].numpy()
    assert 10.0 in LAGS
    np.testing.assert_allclose(kernel, lay_kernel(LOADED.window, JUDGED, 10.0), atol=1e-6)


def test_a_channel_that_does_not_follow_is_left_as_it_is(fitted: Explanation) -> None:
    assert np.ptp(curve(fitted, "expected", 1)) < 1.0
    assert curve(fitted, "spread", 1) == pytest.approx(1.0, rel=0.2)


def test_a_kernel_is_the_lag_that_machines_have() -> None:
    load = np.repeat([10.0, 90.0, 30.0], 30)
    kernel = lay_kernel(len(load), 40, 10.0)
    np.testing.assert_allclose(load @ kernel, lag_load(load)[-40:], rtol=1e-6)
    np.testing.assert_allclose(lay_kernel(9, 4, 0.0), np.eye(9)[:, 5:])


def test_a_slow_channel_is_expected_to_go_on_from_where_it_is() -> None:
    slowness, rows = 600.0, 20_000
    profile = replace(LOADED, channels=(LOADED.channels[0], LOADED.channels[2]))
    recordings = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        load = draw_load(rng, rows)
        warmth = 20.0 + lag_load(load, slowness) / 5 + rng.normal(0, 0.05, rows)
        values = np.column_stack([warmth, load]).astype(np.float32)
        t = 1_000 * np.arange(rows, dtype=np.int64)
        recordings.append(Recording(f"d{seed}", t, values, np.full(rows, "")))
    windows = torch.from_numpy(normal_windows(recordings, profile, most=8_000))
    made = Explanation(profile.window, JUDGED, 1, 16)
    fit_explanation(made, windows, profile)
    assert made.rate.item() == pytest.approx(1 / slowness, rel=0.3)
    place = made.locate(windows[:, :, -1])

    def left_change() -> float:
        left = made(windows[:, -JUDGED:, :1], place)[..., 0]
        return float((left[:, -8:].mean(1) - left[:, :16].mean(1)).std())

    with_pull = left_change()
    made.pull.zero_()
    made.pull_rise.zero_()
    made.rate.zero_()
    assert with_pull < 0.4 * left_change()
    assert sorted({*made.spread.tolist()}) == pytest.approx([0.05], rel=0.2)
