"""What a model does with a load that it is told, and without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from ml_model.detector import export
from ml_model.detector.informed import InformedAutoencoder
from ml_model.detector.model import MISSING, STUCK
from ml_model.recording import normal_windows
from tests.unit.ml_model.loaded_plant import LOADED, copy_informed, loaded_recording
from tocsin.adapters.program.graph import load_program

Windows = NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> InformedAutoencoder:
    return copy_informed()


def windows_at(load: float, seed: int = 77, rows: int = 400) -> Windows:
    recording = loaded_recording("x", seed=seed, load=np.full(rows, load))
    return normal_windows([recording], LOADED, most=10**9)


def untell(windows: Windows) -> Windows:
    untold = windows.copy()
    untold[:, :, -1] = np.nan
    return untold


def answers(model: InformedAutoencoder, windows: Windows) -> tuple[Windows, Windows, Windows]:
    with torch.inference_mode():
        score, contributions, sensors = model(torch.from_numpy(windows))
    return score.numpy(), contributions.numpy(), sensors.numpy()


def usual(model: InformedAutoencoder) -> float:
    recording = loaded_recording("y", seed=55)
    windows = normal_windows([recording], LOADED, most=10**9)
    return float(np.quantile(answers(model, windows)[0], 0.999))


def test_the_covariate_is_never_to_blame_and_never_out(model: InformedAutoencoder) -> None:
    for windows in (windows_at(40.0), untell(windows_at(40.0)), windows_at(5_000.0)):
        score, contributions, sensors = answers(model, windows)
        assert np.isfinite(score).all()
        assert not contributions[:, -1].any()
        np.testing.assert_allclose(contributions.sum(1), 1.0, rtol=1e-5)
        assert not sensors[:, -1].any()


@pytest.mark.parametrize(("before", "after"), [(0.0, 140.0), (140.0, 0.0), (60.0, 85.0)])
def test_a_step_of_the_load_is_not_odd_at_any_reading_after_it(
    model: InformedAutoencoder, before: float, after: float
) -> None:
    load = np.repeat([before, after], [200, 1_800])
    windows = normal_windows([loaded_recording("x", seed=78, load=load)], LOADED, most=10**9)
    assert answers(model, windows)[0].max() < 1.3 * usual(model)


@pytest.mark.parametrize("load", [0.0, 60.0, 130.0])
def test_what_the_load_does_not_explain_is_odd_at_every_load(
    model: InformedAutoencoder, load: float
) -> None:
    windows = windows_at(load)
    windows[:, -10:, 0] += 20.0
    score, contributions, _ = answers(model, windows)
    assert score.min() > 1.5 * usual(model)
    assert (contributions.argmax(1) == 0).all()


def test_heat_of_a_full_plant_is_odd_in_an_idle_one(model: InformedAutoencoder) -> None:
    windows = windows_at(90.0)
    windows[:, :, -1] = 10.0
    assert answers(model, windows)[0].min() > 2 * usual(model)


def test_without_its_load_a_window_is_judged_by_the_plain_model(model: InformedAutoencoder) -> None:
    windows = windows_at(50.0)
    found = answers(model, untell(windows))
    with torch.inference_mode():
        plain = model.plain(torch.from_numpy(windows[:, -32:, :2].copy()))
    np.testing.assert_array_equal(found[0], plain[0].numpy())
    np.testing.assert_array_equal(found[1][:, :2], plain[1].numpy())
    np.testing.assert_array_equal(found[2][:, :2], plain[2].numpy())


def test_a_few_readings_without_their_load_change_little(model: InformedAutoencoder) -> None:
    windows = windows_at(50.0)
    holed = windows.copy()
    holed[:, 20:30, -1] = np.nan
    whole, found = answers(model, windows)[0], answers(model, holed)[0]
    np.testing.assert_allclose(found, whole, rtol=0.05)


def test_a_channel_that_the_load_holds_at_its_limit_is_not_stuck() -> None:
    model = copy_informed()
    model.held.copy_(torch.tensor([12.0, torch.inf]))  # of 31 knots up to 140: a load of 54
    model.informed.stuck_after.fill_(12.0)
    for load, stuck in ((20.0, STUCK), (100.0, 0.0)):
        windows = windows_at(load)
        windows[:, -20:, 0] = windows[:, -20:-19, 0]
        sensors = answers(model, windows)[2]
        assert (sensors[:, 0] == stuck).all()
    windows = windows_at(100.0)
    windows[:, -20:, 0] = np.nan
    assert (answers(model, windows)[2][:, 0] == MISSING).all()


def test_what_is_held_has_no_noise_to_judge() -> None:
    model = copy_informed()
    model.informed.stuck_after.fill_(torch.inf)  # what is stuck would not be judged at all
    windows = windows_at(100.0)
    windows[:, -16:, 0] = np.median(windows[:, :, 0])
    odd = answers(model, windows)[0]
    model.held.copy_(torch.tensor([0.0, torch.inf]))
    assert np.median(answers(model, windows)[0]) < 0.8 * np.median(odd)


def test_the_program_is_allowed_and_scores_as_the_model(
    model: InformedAutoencoder, tmp_path: Path
) -> None:
    path = tmp_path / "model.pt2"
    export.export_program(model, path)
    program = load_program(path.read_bytes())
    windows = np.concatenate([windows_at(30.0)[:40], untell(windows_at(30.0)[:40])])
    windows[::7, ::5, 0] = np.nan
    with torch.inference_mode():
        found = [part.numpy() for part in program(torch.from_numpy(windows))]
    for answer, wanted in zip(found, answers(model, windows), strict=True):
        np.testing.assert_allclose(answer, wanted, rtol=1e-4, atol=1e-5)
