"""A few devices for each task: the cheap ones, none twice, and not the same for all tasks."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.rebalancing.fleet import build_fleet
from tests.unit.tocsin.planning.fleets import build_sites
from tocsin.planning.arrays.site import Site
from tocsin.planning.moves.greedy import improve_by_moves, no_time_limit, stay_in_place
from tocsin.planning.proof.ascent import climb_to_bound
from tocsin.planning.proof.bound import Duals, prove_bound
from tocsin.planning.proof.shortlist import Extent, draw_devices, sample_tasks, shorten

NARROW = Extent(most_pairs=400 * 60 // 8, least_devices=12)


@pytest.fixture(scope="module")
def site() -> Site:
    (site,) = build_sites(build_fleet(400, 60, 1))
    return site


def test_drawn_are_the_cheapest_but_for_the_spread() -> None:
    reduced = np.random.default_rng(1).uniform(0.0, 10.0, (50, 40))
    drawn = draw_devices(reduced, 8, spread_w=1.0)
    assert all(len(set(row)) == 8 for row in drawn.tolist())
    dearest = np.take_along_axis(reduced, drawn, axis=1).max(axis=1)
    assert (dearest <= np.sort(reduced, axis=1)[:, 7] + 1.0).all()
    assert np.array_equal(drawn, draw_devices(reduced, 8, spread_w=1.0))


def test_where_all_cost_alike_every_device_is_on_about_as_many_lists() -> None:
    drawn = draw_devices(np.zeros((1_000, 50)), 10, spread_w=1.0)
    listed = np.bincount(drawn.ravel(), minlength=50)
    assert listed.min() > 120
    assert listed.max() < 280


def test_few_devices_are_all_on_the_list() -> None:
    assert draw_devices(np.zeros((3, 4)), 9, spread_w=1.0).tolist() == [[0, 1, 2, 3]] * 3


def test_a_sample_stands_for_all_tasks(site: Site) -> None:
    sample = sample_tasks(site, Duals(np.zeros(60)), NARROW)
    assert len(sample.load) == 50
    assert sample.weight * sample.load.sum() == pytest.approx(site.load.sum(), rel=0.05)


def test_a_list_charges_moves_and_holds_the_duals(site: Site) -> None:
    duals = Duals(site.price.marginal_price(0.6 * site.usable), move=3.0)
    short = shorten(site, prove_bound(site, duals), smoothing=0.5, extent=NARROW)
    assert short.device.shape == (400, 12)
    own = site.cost[np.arange(400)[:, None], short.device]
    moved = short.device != site.present[:, None]
    assert np.allclose(short.cost[moved], own[moved] + 3.0)
    assert np.allclose(short.cost[~moved], own[~moved])
    assert (short.low < duals.load).all()
    assert (short.high > duals.load).all()


def test_the_bound_loses_next_to_nothing_by_lists_and_a_sample(site: Site) -> None:
    objective = site.objective(improve_by_moves(site, stay_in_place(site), np.arange(400)))
    whole = climb_to_bound(site, objective, np.inf, no_time_limit, Extent(least_devices=60))
    part = climb_to_bound(site, objective, np.inf, no_time_limit, NARROW)
    assert part.value >= 0.998 * whole.value
