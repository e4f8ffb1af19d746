"""Training: what it learns, when it stops, and that it is the same again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.views import View
from ml_model.recording import Recording, RecordingError, normal_windows
from ml_model.training.train import LEAST_TAIL, Epoch, TrainConfig, train
from tests.unit.ml_model.made_recordings import (
    CONFIG,
    NOISE,
    PLANT,
    QUICK,
    answers,
    copy_model,
    five_recordings,
    normal_recording,
    windows_of,
)

QUANTISED = replace(
    CONFIG, views=(View("level", 2, blocks=4, relative=True, prototypes=32), View("level", 4))
)


@pytest.fixture
def recordings() -> list[Recording]:
    return five_recordings(rows=1_000)


def loss_of(model: WindowAutoencoder, recording: Recording) -> float:
    """Mean square of what QUANTISED's first view leaves of a recording without a gap."""
    with torch.inference_mode():
        error = model.errors(torch.from_numpy(windows_of(recording)))[0]
    return float(error.square().mean()) / QUANTISED.views[0].blocks


def test_training_lowers_the_held_out_loss_and_keeps_the_best_epoch(
    recordings: list[Recording],
) -> None:
    config = TrainConfig(seed=3, epochs=8, most_windows=2_000)
    model, epochs = train(recordings[:3], recordings[3:4], PLANT, QUANTISED, config)
    undone = replace(config, epochs=1, learning_rate=0.0)
    placed, (first,) = train(recordings[:3], recordings[3:4], PLANT, QUANTISED, undone)
    best = min(epoch.held_out_loss for epoch in epochs)
    assert best < 0.95 * first.held_out_loss
    # most_windows thins out the held-out windows.
    windows = torch.from_numpy(normal_windows(recordings[3:4], PLANT, most=2_000 // 3))
    with torch.inference_mode():
        left = [either.errors(windows)[0].square().mean() / 4 for either in (model, placed)]
    assert float(left[0]) == pytest.approx(best, rel=1e-4)
    assert float(left[1]) == pytest.approx(first.held_out_loss, rel=1e-4)


def test_it_learns_what_was_never_seen(recordings: list[Recording]) -> None:
    config = TrainConfig(seed=3, epochs=8, most_windows=2_000)
    model = train(recordings[:3], recordings[3:4], PLANT, QUANTISED, config)[0]
    undone = replace(config, epochs=1, learning_rate=0.0)
    placed = train(recordings[:3], recordings[3:4], PLANT, QUANTISED, undone)[0]
    assert loss_of(model, recordings[4]) < 0.95 * loss_of(placed, recordings[4])


def test_early_stopping_keeps_the_best_epoch(recordings: list[Recording]) -> None:
    impatient = TrainConfig(seed=3, epochs=30, most_windows=500, patience=2, learning_rate=3.0)
    model, epochs = train(recordings[:2], recordings[3:4], PLANT, QUANTISED, impatient)
    assert len(epochs) < 30
    assert [epoch.best for epoch in epochs[-3:]] == [True, False, False]
    windows = torch.from_numpy(normal_windows(recordings[3:4], PLANT, most=500 // 3))
    with torch.inference_mode():
        left = float(model.errors(windows)[0].square().mean()) / 4
    assert left == pytest.approx(epochs[-3].held_out_loss, rel=1e-4)


def test_a_time_budget_ends_the_training(recordings: list[Recording]) -> None:
    hurried = replace(QUICK, epochs=30, budget_s=1e-9)
    assert len(train(recordings[:2], recordings[3:4], PLANT, QUANTISED, hurried)[1]) == 1


def test_each_epoch_is_reported(recordings: list[Recording]) -> None:
    reported: list[Epoch] = []
    config = replace(QUICK, epochs=2)
    args = (recordings[:2], recordings[3:4], PLANT, QUANTISED, config)
    epochs = train(*args, report=reported.append)[1]
    assert reported == epochs
    assert [epoch.number for epoch in reported] == [1, 2]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    recordings = five_recordings()
    args = (recordings[:3], recordings[3:4], PLANT, CONFIG)
    first = copy_model().state_dict()
    again = train(*args, QUICK)[0].state_dict()
    for name, value in first.items():
        assert torch.equal(value, again[name]), name
    other = train(*args, replace(QUICK, seed=4))[0].state_dict()
    assert not torch.equal(first["quantisers.1.prototypes"], other["quantisers.1.prototypes"])


def test_nothing_moves_where_each_view_has_one_prototype(recordings: list[Recording]) -> None:
    config = replace(CONFIG, views=(View("level", 4), View("peak", 4)))
    model, epochs = train(recordings[:3], recordings[3:4], PLANT, config, QUICK)
    assert epochs == []
    assert not model.quantiser(0).prototypes.any()


def encode_windows(model: WindowAutoencoder, recordings: list[Recording], view: int) -> Tensor:
    windows = torch.from_numpy(normal_windows(recordings, PLANT, most=10**9))
    with torch.inference_mode():
        return model.quantiser(view).encode(model.look(windows)[view]).flatten(0, 1)


def test_the_encoder_takes_out_what_channels_share(recordings: list[Recording]) -> None:
    config = replace(CONFIG, views=(View("level", 4), View("spread", 8)))
    whitening = replace(QUICK, shrinkage=0.0, most_windows=10**9)
    model = train(recordings[:3], recordings[3:4], PLANT, config, whitening)[0]
    seen = model.look(torch.from_numpy(windows_of(recordings[0])))[0].values.flatten(0, 1)
    assert abs(torch.corrcoef(seen.T)[0, 1].item()) > 0.8, "a and b follow one load"
    for view in (0, 1):
        values = encode_windows(model, recordings[:3], view)
        np.testing.assert_allclose(values.mean(0), 0.0, atol=1e-3)
        np.testing.assert_allclose(torch.cov(values.T), np.eye(3), atol=0.15)
        correlation = torch.corrcoef(values.T) - torch.eye(3)
        assert correlation.abs().max() < 0.05


def test_shrinkage_leaves_channels_as_they_are(recordings: list[Recording]) -> None:
    config = replace(CONFIG, views=(View("level", 4),))
    model = train(
        recordings[:3], recordings[3:4], PLANT, config, replace(QUICK, shrinkage=1.0)
    )[0]  # fmt: skip
    whitening = model.quantiser(0).whitening
    assert torch.equal(whitening, torch.diag(whitening.diagonal()))


@pytest.mark.parametrize("channel_tails", [True, False])
def test_errors_are_brought_to_one_scale(
    recordings: list[Recording], *, channel_tails: bool
) -> None:
    config = replace(QUICK, tail=0.95, channel_tails=channel_tails, most_windows=10**9)
    model = train(recordings[:3], recordings[3:4], PLANT, CONFIG, config)[0]
    with torch.inference_mode():
        errors = model.errors(torch.from_numpy(windows_of(recordings[3])))
    for index, error in enumerate(errors):
        quantiser = model.quantiser(index)
        length = (error / quantiser.channel_tail).pow(CONFIG.channel_power).sum(1)
        length = length.pow(1 / CONFIG.channel_power)
        assert float((length > quantiser.tail).float().mean()) == pytest.approx(0.05, abs=0.005)
        assert torch.equal(quantiser.channel_tail, torch.ones(3)) is not channel_tails


def test_with_nothing_held_out_errors_are_of_windows_that_are_no_prototypes() -> None:
    recording = normal_recording("d", seed=1, rows=800)
    view = View("level", 2, blocks=4, relative=True, prototypes=10_000)
    config = replace(CONFIG, views=(view,))
    model, epochs = train([recording], [], PLANT, config, replace(QUICK, tail=0.5))
    windows = windows_of(recording)
    assert epochs == []
    assert len(model.quantiser(0).prototypes) == len(windows), "windows are the prototypes"
    with torch.inference_mode():
        inside = model.errors(torch.from_numpy(windows))[0]
    assert inside.max() < 1e-3
    assert (model.quantiser(0).channel_tail > 10 * LEAST_TAIL).all()
    usual = np.median(answers(model, windows_of(normal_recording("x", seed=2)))[0])
    assert 0.7 < usual < 1.5, "a new window is as far off as the windows of another fold"


def test_a_recording_too_short_for_folds_still_trains() -> None:
    recording = normal_recording("d", seed=1, rows=PLANT.window + 20)
    model = train([recording], [], PLANT, CONFIG, QUICK)[0]
    assert np.isfinite(answers(model, windows_of(normal_recording("x", seed=2)))[0]).all()


def test_drift_to_come_widens_what_is_normal_of_absolute_levels_alone(
    recordings: list[Recording],
) -> None:
    views = (View("level", 4), View("level", 4, relative=True), View("spread", 8))
    config = replace(CONFIG, views=views)
    here = train(recordings[:2], [], PLANT, config, QUICK)[0]
    ahead = train(recordings[:2], [], PLANT, config, replace(QUICK, horizon=4.0))[0]
    assert (ahead.quantiser(0).whitening[0].abs() < here.quantiser(0).whitening[0].abs()).all()
    for view in (1, 2):
        assert torch.equal(ahead.quantiser(view).whitening, here.quantiser(view).whitening)


def test_a_constant_channel_trains_and_any_change_of_it_is_odd(
    recordings: list[Recording],
) -> None:
    for recording in recordings:
        recording.values[:, 2] = 50.0
    model = train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]
    assert model.stuck_after[2].item() == torch.inf
    windows = windows_of(recordings[4])[:300].copy()
    usual = np.quantile(answers(model, windows)[0], 0.99)
    windows[:, -6:, 2] = 52.0
    score, contributions, _ = answers(model, windows)
    assert score.min() > 2 * usual
    assert contributions[:, 2].min() > 0.9


def with_gaps(recordings: list[Recording], share: float) -> WindowAutoencoder:
    """Leave *share* of all values out of *recordings*, and train on them."""
    rng = np.random.default_rng(1)
    for recording in recordings:
        recording.values[rng.random(recording.values.shape) < share] = np.nan
    return train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
def test_missing_values_never_give_nan_weights(recordings: list[Recording], share: float) -> None:
    for name, value in with_gaps(recordings, share).state_dict().items():
        assert not torch.isnan(value).any(), name


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_model_of_recordings_with_missing_values_finds_a_shift(
    recordings: list[Recording], share: float
) -> None:
    model = with_gaps(recordings, share)
    windows = windows_of(recordings[4])
    usual = np.quantile(answers(model, windows)[0], 0.99)
    windows[:, -8:, 0] += np.float32(20 * NOISE[0])
    score, contributions, _ = answers(model, windows)
    assert np.median(score) > usual
    assert np.median(contributions[:, 0]) > 0.7


def test_a_channel_without_values_in_the_training_part_is_named(
    recordings: list[Recording],
) -> None:
    recordings[0].values[:, 2] = np.nan
    with pytest.raises(RecordingError, match="channel 'c' of 'plant' has no value in the part"):
        train(recordings[:1], recordings[3:4], PLANT, CONFIG, QUICK)


@pytest.mark.parametrize("part", ["training", "held out"])
def test_recordings_without_a_whole_window_are_refused(
    recordings: list[Recording], part: str
) -> None:
    short = [recordings[3].between(0, PLANT.window - 1)]
    parts = (short, recordings[:1]) if part == "training" else (recordings[:1], short)
    with pytest.raises(RecordingError, match="no 32 readings in a row"):
        train(*parts, PLANT, CONFIG, QUICK)
