from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ml_model.recording import normal_windows
from ml_model.training.informed import (
    judged_profile,
    tells_covariate,
    train_informed,
)
from tests.unit.ml_model.loaded_plant import LOADED, SHAPE, copy_informed, loaded_recording
from tests.unit.ml_model.made_recordings import QUICK

ONE_EPOCH = replace(QUICK, epochs=1, most_windows=500)


def test_half_of_the_readings_are_judged_and_none_of_the_covariate() -> None:
    judged = judged_profile(LOADED)
    assert (judged.window, judged.channel_names) == (32, ("heat", "hum"))


def test_the_same_seed_gives_the_same_model() -> None:
    recordings = [loaded_recording(f"d{number}", seed=number, rows=2_000) for number in range(2)]
    first, second = (
        train_informed(recordings[:1], recordings[1:], LOADED, SHAPE, ONE_EPOCH)[0].state_dict()
        for _ in range(2)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_where_nobody_tells_the_load_it_is_never_used() -> None:
    recordings = [
        loaded_recording(f"d{number}", seed=number, rows=2_000, told=False) for number in range(2)
    ]
    assert not any(map(tells_covariate, recordings))
    model, _ = train_informed(recordings[:1], recordings[1:], LOADED, SHAPE, ONE_EPOCH)
    assert not model.uses_covariate
    windows = normal_windows([loaded_recording("x", seed=9, rows=300)], LOADED, most=100)
    with torch.inference_mode():
        score = model(torch.from_numpy(windows))[0]
        plain = model.plain(torch.from_numpy(windows[:, -32:, :2].copy()))[0]
    assert torch.equal(score, plain)


def test_where_all_tell_it_the_plain_model_learns_from_them_too() -> None:
    recordings = [loaded_recording(f"d{number}", seed=number, rows=2_000) for number in range(2)]
    model, _ = train_informed(recordings[:1], recordings[1:], LOADED, SHAPE, ONE_EPOCH)
    assert model.uses_covariate
    spread = model.plain.look.spread.numpy()
    assert spread[0] > 40, "the heat of all loads is normal to a model that is not told the load"


def test_only_the_heat_follows_the_load_and_nothing_stands_still() -> None:
    model = copy_informed()
    assert torch.isinf(model.held).all()
    assert np.isfinite(model.informed.stuck_after.numpy()).all()
