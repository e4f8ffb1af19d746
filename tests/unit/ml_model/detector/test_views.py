"""Views: each kind against windows worked out by hand, and what relative ones do not see."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ml_model.detector.views import LEAST_VARIANCE, STEP_OF_WHITE_NOISE, STILL, Seen, View, Views
from tocsin.domain.errors import InvalidProfileError

NAN = math.nan
EARLY = 16
# Blocks of two, their means 11 and each step 2: a level of 11 and a noise of 2 / 1.128.
EARLY_ROWS = [10.0, 12.0] * 8
NOISE = 2.0 / STEP_OF_WHITE_NOISE


def column(*values: float) -> Tensor:
    """One window ``[1, w, 1]`` of one channel."""
    return torch.tensor(values).reshape(1, -1, 1)


def views_of(
    window: int, *views: View, early: int = 0, centre: float = 0.0, spread: float = 1.0
) -> Views:
    look = Views(window, 1, early, views)
    look.low.fill_(-1e6)
    look.high.fill_(1e6)
    look.centre.fill_(centre)
    look.spread.fill_(spread)
    look.noise_floor.fill_(1e-3)
    return look


def look_at(values: Tensor, view: View, *, early: int = 0, **scaler: float) -> Seen:
    seen: Seen = views_of(values.shape[1], view, early=early, **scaler)(values)[0]
    return seen


def test_a_level_is_the_mean_of_each_block_the_last_of_which_ends_the_window() -> None:
    window = column(99, 99, 12, 14, 16, 18)
    seen = look_at(window, View("level", 2, blocks=2), centre=10.0, spread=2.0)
    assert seen.values.flatten().tolist() == [1.5, 3.5]
    assert seen.known.flatten().tolist() == [1.0, 1.0]


def test_a_level_of_what_is_known_and_how_much_that_is() -> None:
    seen = look_at(column(NAN, 14, NAN, NAN), View("level", 2, blocks=2), centre=10.0, spread=2.0)
    assert seen.values.flatten().tolist() == [2.0, 0.0]
    assert seen.known.flatten().tolist() == [0.5, 0.0]


def test_a_spread_is_the_logarithm_of_the_variance() -> None:
    seen = look_at(column(99, 1, 3, 1, 3), View("spread", 4), spread=2.0)
    assert seen.values.item() == pytest.approx(math.log(0.25 + LEAST_VARIANCE), abs=1e-6)
    missing = look_at(column(99, 1, NAN, NAN, 3), View("spread", 4), spread=2.0)
    assert missing.values.item() == pytest.approx(math.log(0.25 + LEAST_VARIANCE), abs=1e-6)
    assert missing.known.item() == 0.5


def test_a_step_is_the_logarithm_of_the_mean_absolute_step() -> None:
    seen = look_at(column(99, 0, 2, 2, 6), View("step", 3), spread=2.0)
    assert seen.values.item() == pytest.approx(math.log(1.0 + STILL), abs=1e-6)
    still = look_at(column(99, 5, 5, 5, 5), View("step", 3), spread=2.0)
    assert still.values.item() == pytest.approx(math.log(STILL), abs=1e-6)


def test_a_peak_is_the_second_largest_so_that_a_single_odd_reading_is_none() -> None:
    view = View("peak", 4)
    assert look_at(column(99, 10, 16, 13, 18), view, centre=10.0, spread=2.0).values.item() == 3.0
    assert look_at(column(99, 10, 4, 10, 2), view, centre=10.0, spread=2.0).values.item() == 3.0
    assert look_at(column(99, 10, 10, 10, 500), view, centre=10.0, spread=2.0).values.item() == 0.0
    missing = look_at(column(99, NAN, 16, NAN, 18), view, centre=10.0, spread=2.0)
    assert (missing.values.item(), missing.known.item()) == (3.0, 0.5)


@pytest.mark.parametrize(
    ("view", "above", "expected"),
    [
        (View("level", 4, relative=True), [4, 5, 7, 8], math.log1p(6.0 / NOISE)),
        (View("peak", 4, relative=True), [0, 8, 9, -1], math.log1p(8.0 / NOISE)),
        (
            View("spread", 4, relative=True),
            [4, 5, 7, 8],
            math.log(2.5 / NOISE**2 + LEAST_VARIANCE),
        ),
        (View("step", 3, relative=True), [4, 5, 7, 9], math.log(5 / 3 / NOISE + STILL)),
    ],
)
def test_relative_views_refer_to_the_early_rows(
    view: View, above: list[float], expected: float
) -> None:
    window = column(*EARLY_ROWS, *[11.0 + step for step in above])
    seen = look_at(window, view, early=EARLY)
    assert seen.values.item() == pytest.approx(expected, abs=1e-5)


def test_below_the_early_level_is_negative() -> None:
    window = column(*EARLY_ROWS, *[5.0] * 4)
    seen = look_at(window, View("level", 4, relative=True), early=EARLY)
    assert seen.values.item() == pytest.approx(-math.log1p(6.0 / NOISE), abs=1e-5)


def test_a_few_odd_early_blocks_do_not_move_what_is_referred_to() -> None:
    view = View("level", 4, relative=True)
    plain = look_at(column(*EARLY_ROWS, *[17.0] * 4), view, early=EARLY)
    odd = look_at(column(*([500.0, 9.0] * 3), *EARLY_ROWS[6:], *[17.0] * 4), view, early=EARLY)
    assert odd.values.item() == pytest.approx(plain.values.item(), abs=1e-6)


def test_the_noise_has_a_floor() -> None:
    look = views_of(20, View("level", 4, relative=True), early=EARLY)
    look.noise_floor.fill_(3.0)
    seen = look(column(*[11.0] * 16, *[17.0] * 4))[0]
    assert seen.values.item() == pytest.approx(math.log1p(2.0), abs=1e-6)


ALL_RELATIVE = [
    View("level", 4, blocks=2, relative=True),
    View("peak", 6, relative=True),
    View("spread", 8, relative=True),
    View("step", 7, relative=True),
]


def noisy_windows() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    windows = torch.randn((50, 32, 1), generator=generator)
    windows[torch.rand(windows.shape, generator=generator) < 0.1] = torch.nan
    return windows


@pytest.mark.parametrize("view", ALL_RELATIVE, ids=lambda view: view.kind)
@pytest.mark.parametrize(("offset", "scale"), [(300.0, 1.0), (0.0, 40.0), (-200.0, 0.5)])
def test_relative_views_ignore_an_offset_and_a_scaling(
    view: View, offset: float, scale: float
) -> None:
    plain = look_at(noisy_windows(), view, early=EARLY)
    moved = look_at(noisy_windows() * scale + offset, view, early=EARLY)
    torch.testing.assert_close(moved.values, plain.values, rtol=0, atol=2e-3)
    assert torch.equal(moved.known, plain.known)


@pytest.mark.parametrize("view", [View("level", 4), View("peak", 4)], ids=lambda view: view.kind)
def test_other_views_do_not_ignore_an_offset(view: View) -> None:
    plain, moved = look_at(noisy_windows(), view), look_at(noisy_windows() + 300.0, view)
    assert (moved.values - plain.values).median().item() == pytest.approx(300, abs=3)


@pytest.mark.parametrize("view", ALL_RELATIVE, ids=lambda view: view.kind)
@pytest.mark.parametrize(("blocks", "judged"), [(6, True), (5, False), (0, False)])
def test_relative_views_know_nothing_without_most_early_blocks(
    view: View, blocks: int, *, judged: bool
) -> None:
    window = torch.cat([column(*EARLY_ROWS), noisy_windows()[:1, :16].nan_to_num(0.0)], dim=1)
    window[:, 2 * blocks : EARLY] = torch.nan
    seen = look_at(window, view, early=EARLY)
    assert bool((seen.known > 0).all()) is judged
    assert judged or not seen.values.any()


@pytest.mark.parametrize(
    "view", [*ALL_RELATIVE, View("level", 4), View("peak", 4), View("spread", 4), View("step", 4)]
)
def test_nothing_known_is_nothing_seen(view: View) -> None:
    seen = look_at(torch.full((2, 32, 1), torch.nan), view, early=EARLY)
    assert not seen.known.any()
    assert not seen.values.any()


def test_values_beyond_the_limits_count_as_at_the_limits() -> None:
    look = views_of(4, View("level", 2))
    beyond = torch.cat([column(0, 0, math.inf, 3e38), column(0, 0, -math.inf, -3e38)])
    assert look(beyond)[0].values.flatten().tolist() == [1e6, -1e6]


def test_channels_and_windows_do_not_mix() -> None:
    views = [View("level", 2, blocks=2), *ALL_RELATIVE]
    windows = torch.randn((3, 32, 2), generator=torch.Generator().manual_seed(2))
    look = Views(32, 2, EARLY, tuple(views))
    look.low.fill_(-1e6)
    look.high.fill_(1e6)
    changed = windows.clone()
    changed[1, :, 0] = torch.nan
    for before, after in zip(look(windows), look(changed), strict=True):
        moved = (before.values != after.values).any(dim=1)
        np.testing.assert_array_equal(
            moved.numpy(), [[False, False], [True, False], [False, False]]
        )


@pytest.mark.parametrize(
    ("view", "reach"),
    [(View("level", 3, blocks=5), 15), (View("peak", 4), 4), (View("step", 4), 5)],
)
def test_a_view_that_reaches_too_far_is_refused(view: View, reach: int) -> None:
    assert view.reach == reach
    Views(reach, 1, 0, (view,))
    with pytest.raises(InvalidProfileError, match=f"fit into a window of {reach - 1} readings"):
        Views(reach - 1, 1, 0, (view,))


def test_a_model_without_views_is_refused() -> None:
    with pytest.raises(InvalidProfileError, match="at least one view"):
        Views(32, 1, 0, ())


def test_relative_views_without_early_rows_are_refused() -> None:
    with pytest.raises(InvalidProfileError, match="relative views need early rows"):
        Views(32, 1, 0, (View("level", 4, relative=True),))


@pytest.mark.parametrize("early", [8, 20, 40])
def test_early_rows_that_cannot_be_cut_are_refused(early: int) -> None:
    with pytest.raises(InvalidProfileError, match=f"early is {early}: .* multiple of 8 from 16"):
        Views(32, 1, early, (View("level", 4),))
