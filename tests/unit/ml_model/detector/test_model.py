"""The model: what goes in, what comes out, and which channel it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.detector.model import ModelConfig, Quantiser, WindowAutoencoder
from ml_model.detector.views import Seen, View
from ml_model.training.train import train
from tests.unit.ml_model.made_recordings import (
    CONFIG,
    NOISE,
    PLANT,
    QUICK,
    answers,
    copy_model,
    five_recordings,
    fresh_windows,
    usual,
)

Windows = NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> WindowAutoencoder:
    return copy_model()


@pytest.mark.parametrize("batch", [1, 2, 257])
def test_shapes_and_sums(model: WindowAutoencoder, batch: int) -> None:
    score, contributions, sensors = answers(model, fresh_windows(batch))
    assert score.shape == (batch,)
    assert contributions.shape == sensors.shape == (batch, 3)
    assert (contributions >= 0).all()
    np.testing.assert_allclose(contributions.sum(axis=1), 1.0, rtol=1e-5)
    assert not sensors.any()


@pytest.mark.parametrize("batch", [1, 7, 64])
def test_a_score_does_not_depend_on_the_windows_beside_it(
    model: WindowAutoencoder, batch: int
) -> None:
    windows = fresh_windows(300)
    windows[::7, -5:, 0] += 9.0
    windows[np.random.default_rng(1).random(windows.shape) < 0.05] = np.nan
    together = answers(model, windows)
    parts = [answers(model, windows[at : at + batch]) for at in range(0, 300, batch)]
    for whole, *apart in zip(together, *parts, strict=True):
        np.testing.assert_allclose(np.concatenate(apart), whole, rtol=1e-5, atol=1e-5)


def _shift(windows: Windows, channel: int) -> None:
    windows[:, -6:, channel] += np.float32(16 * NOISE[channel])


def _spike(windows: Windows, channel: int) -> None:
    windows[:, -2:, channel] += np.float32(25 * NOISE[channel])


def _noise_burst(windows: Windows, channel: int) -> None:
    noise = np.random.default_rng(2).normal(0, 12 * NOISE[channel], windows[:, -8:, 0].shape)
    windows[:, -8:, channel] += noise.astype(np.float32)


def _standstill(windows: Windows, channel: int) -> None:
    windows[:, -11:, channel] = windows[:, -11:-10, channel]


def _far_level(windows: Windows, channel: int) -> None:
    windows[:, :, channel] += np.float32(50 * NOISE[channel])


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize("fault", [_shift, _spike, _noise_burst, _standstill, _far_level])
def test_a_fault_raises_the_score_and_names_its_channel(
    model: WindowAutoencoder, fault: Callable[[Windows, int], None], channel: int
) -> None:
    windows = fresh_windows()
    fault(windows, channel)
    score, contributions, _ = answers(model, windows)
    assert np.quantile(score, 0.1) > usual(model, 0.999)
    assert np.median(contributions[:, channel]) > 0.6
    assert np.mean(contributions.argmax(axis=1) == channel) > 0.95


def test_no_view_counts_for_more_than_the_limit(model: WindowAutoencoder) -> None:
    windows = fresh_windows(4)
    windows[:, :, 0] += 900.0
    limited = copy_model()
    limited.config = replace(CONFIG, limit=5.0)
    assert (answers(model, windows)[0] > 20.0).all()
    np.testing.assert_allclose(answers(limited, windows)[0], 5.0, rtol=0.01)


def test_the_unit_is_what_counts_as_one(model: WindowAutoencoder) -> None:
    halved = copy_model()
    halved.unit.fill_(2.0)
    windows = fresh_windows(50)
    np.testing.assert_allclose(answers(halved, windows)[0], answers(model, windows)[0] / 2)


def test_a_view_without_weight_has_no_say() -> None:
    views = (View("level", 4), View("peak", 4, weight=0.0))
    model = WindowAutoencoder(ModelConfig(window=8, channels=2, views=views))
    alone = WindowAutoencoder(ModelConfig(window=8, channels=2, views=views[:1]))
    windows = np.random.default_rng(1).random((20, 8, 2)).astype(np.float32)
    for both, single in zip(answers(model, windows), answers(alone, windows), strict=True):
        np.testing.assert_allclose(both, single, rtol=1e-6)


def test_without_absolute_levels_another_operating_point_is_normal() -> None:
    views = tuple(view for view in CONFIG.views if view.relative)
    recordings = five_recordings(rows=1_500)
    config = replace(CONFIG, views=views)
    relative = train(recordings[:3], recordings[3:4], PLANT, config, QUICK)[0]
    windows = fresh_windows()
    before = answers(relative, windows)[0]
    _far_level(windows, 0)
    np.testing.assert_allclose(answers(relative, windows)[0], before, rtol=5e-3)
    _shift(windows, 0)
    assert np.median(answers(relative, windows)[0]) > usual(relative)


def test_the_score_of_one_view_by_hand() -> None:
    """A level of 3 and 4 tails: with powers of 2 the length 5, and shares of 9 and 16 in 25."""
    config = ModelConfig(
        window=4, channels=2, views=(View("level", 2),), power=2.0, channel_power=2.0
    )
    model = WindowAutoencoder(config)
    model.look.high.fill_(100.0)
    quantiser = model.quantiser(0)
    quantiser.offset.copy_(torch.tensor([1.0, 0.0]))
    quantiser.channel_tail.copy_(torch.tensor([2.0, 1.0]))
    quantiser.tail.fill_(2.0)
    windows = np.array([[[0, 0], [0, 0], [6, 4], [8, 4]]], dtype=np.float32)
    score, contributions, _ = answers(model, windows)
    assert score[0] == pytest.approx(2.5)
    np.testing.assert_allclose(contributions[0], [9 / 25, 16 / 25], rtol=1e-6)


def test_errors_too_large_for_their_power_still_name_their_channels() -> None:
    config = ModelConfig(window=4, channels=3, views=(View("level", 2),))
    model = WindowAutoencoder(config)
    model.look.high.fill_(1e30)
    windows = np.zeros((1, 4, 3), dtype=np.float32)
    windows[0, -2:] = [1e30, 1e20, 1.0]
    score, contributions, _ = answers(model, windows)
    assert score[0] == pytest.approx(config.limit)
    np.testing.assert_allclose(contributions[0], [0.5, 0.5, 0.0], atol=1e-6)


def quantiser(prototypes: int, channels: int = 2, blocks: int = 3) -> Quantiser:
    made = Quantiser(channels, View("level", 4, blocks=blocks, prototypes=prototypes))
    generator = torch.Generator().manual_seed(prototypes)
    made.prototypes.copy_(torch.randn(made.prototypes.shape, generator=generator))
    return made


@pytest.mark.parametrize("prototypes", [1, 2, 37])
def test_the_reconstruction_is_the_nearest_prototype(prototypes: int) -> None:
    made = quantiser(prototypes)
    encoded = torch.randn((200, 3, 2), generator=torch.Generator().manual_seed(1))
    found = made.reconstruct(encoded).expand(200, 3, 2)
    for window, nearest in zip(encoded.numpy(), found.numpy(), strict=True):
        apart = [np.sum((window.ravel() - each) ** 2) for each in made.prototypes.numpy()]
        expected = made.prototypes.numpy()[np.argmin(apart)].reshape(3, 2)
        np.testing.assert_array_equal(nearest, expected)


def test_the_error_is_what_the_prototype_leaves_of_each_channel() -> None:
    made = quantiser(2)
    made.prototypes.copy_(torch.tensor([[0.0] * 6, [10.0] * 6]))
    values = torch.tensor([[[11.0, 10.0], [12.0, 10.0], [12.0, 14.0]]])
    error = made.error(Seen(values, torch.ones_like(values)))
    np.testing.assert_allclose(error.numpy(), [[3.0, 4.0]])
    known = torch.tensor([[[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]]])
    np.testing.assert_allclose(made.error(Seen(values, known)).numpy(), [[3.0, 0.0]])
