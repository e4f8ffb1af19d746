"""Two channels: the first follows at once, the second with a lag of 4 readings."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ml_model.detector.covariate import Explanation
from ml_model.detector.scaler import fill_buffer
from ml_model.training.explaining import lay_kernel

WINDOW, JUDGED, KNOTS = 24, 8, 11
LAG = 4.0


def explanation() -> Explanation:
    """Knots 10 apart from 0 to 100; expected 2 · load and 500 - load; spread 1, and .1 · load."""
    made = Explanation(WINDOW, JUDGED, 2, KNOTS).eval()
    knots = np.arange(KNOTS) * 10.0
    tables = {"expected": [2 * knots, 500 - knots], "spread": [np.ones(KNOTS), 1 + knots / 10]}
    for name, rows in tables.items():
        table = np.array(rows)
        fill_buffer(getattr(made, name), table.reshape(-1))
        rise = np.diff(table, axis=1, append=table[:, -1:])
        fill_buffer(getattr(made, f"{name}_rise"), rise.reshape(-1))
    kernel = np.stack([lay_kernel(WINDOW, JUDGED, lag) for lag in (0.0, LAG)], axis=2)
    fill_buffer(made.kernel, kernel.reshape(WINDOW, -1))
    fill_buffer(made.apart, np.asarray(10.0))
    fill_buffer(made.low, np.array([-1_000.0, -1_000.0]))
    fill_buffer(made.high, np.array([1_000.0, 1_000.0]))
    return made


def loads(*values: float) -> Tensor:
    """A window ``[1, w]`` that ends with *values*, and begins with the first of them."""
    return torch.tensor([[values[0]] * (WINDOW - len(values)) + list(values)])


@pytest.mark.parametrize("load", [0.0, 37.0, 100.0])
def test_a_steady_load_explains_its_value_and_spread(load: float) -> None:
    made = explanation()
    place = made.locate(loads(load))
    torch.testing.assert_close(place, torch.full((1, JUDGED, 2), load / 10))
    readings = torch.tensor([2 * load + 3.0, 500.0 - load + 3.0]).expand(1, JUDGED, 2)
    left = made(readings, place)
    torch.testing.assert_close(left[0, 0], torch.tensor([3.0, 3.0 / (1 + load / 10)]))


def test_each_channel_feels_a_step_with_its_own_lag() -> None:
    place = explanation().locate(loads(20.0, 80.0, 80.0, 80.0))[0]
    assert place[:, 0].tolist() == [2.0] * (JUDGED - 3) + [8.0] * 3
    felt = [8 - 6 * np.exp(-n / LAG) for n in (1, 2, 3)]
    np.testing.assert_allclose(place[-3:, 1], felt, rtol=1e-5)


def test_a_load_beyond_the_curves_is_that_of_their_end() -> None:
    made = explanation()
    assert set(made.locate(loads(5_000.0)).flatten().tolist()) == {KNOTS - 1.0}
    assert set(made.locate(loads(-5.0)).flatten().tolist()) == {0.0}


def test_a_hole_in_the_load_is_bridged_and_no_load_explains_nothing() -> None:
    made = explanation()
    holed = loads(40.0)
    holed[0, 5:10] = torch.nan
    place = made.locate(holed)
    torch.testing.assert_close(place[..., 1], torch.full((1, JUDGED), 4.0))
    unknown = made.locate(torch.full((1, WINDOW), torch.nan))
    assert torch.isnan(unknown).all()
    assert torch.isnan(made(torch.zeros(1, JUDGED, 2), unknown)).all()


def test_a_missing_reading_stays_missing_and_a_wild_one_is_bounded() -> None:
    made = explanation()
    readings = torch.zeros(1, JUDGED, 2)
    readings[0, 0, 0], readings[0, 1, 0] = torch.nan, 1e30
    left = made(readings, made.locate(loads(0.0)))[0, :, 0]
    assert torch.isnan(left).tolist() == [True] + [False] * (JUDGED - 1)
    assert left[1] == 1_000.0
