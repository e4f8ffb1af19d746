"""The smoothed bound is never above the bound, and its derivatives are its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.fleet import build_fleet
from tests.unit.tocsin.planning.fleets import build_sites, problems
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats
from tocsin.planning.problem import Problem
from tocsin.planning.proof.bound import Duals, prove_bound
from tocsin.planning.proof.shortlist import Shortlist, draw_devices, sample_tasks
from tocsin.planning.proof.smooth import smooth_bound

NUDGE = 1e-5  # watts per percent


@pytest.fixture(scope="module")
def site() -> Site:
    (site,) = build_sites(build_fleet(60, 8, 1))
    return site


@settings(max_examples=40, deadline=None)
@given(problems(), st.floats(0.0, 5.0), st.floats(0.01, 10.0))
def test_smoothing_only_lowers_the_bound(problem: Problem, dual_w: float, smoothing: float) -> None:
    for site in build_sites(problem):
        duals = np.full(len(site.devices), dual_w)
        bound = prove_bound(site, Duals(duals)).value
        smooth = smooth_bound(_list_all(site), duals, smoothing)
        assert smooth.value <= bound + 1e-9 * abs(bound) + 1e-6


def test_it_becomes_the_bound_as_the_smoothing_vanishes(site: Site) -> None:
    duals = site.price.marginal_price(0.6 * site.usable)
    bound = prove_bound(site, Duals(duals)).value
    assert smooth_bound(_list_all(site), duals, 1e-6).value == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("smoothing", [0.3, 3.0])
def test_slope_and_curvature_are_what_differences_say(site: Site, smoothing: float) -> None:
    duals = site.price.marginal_price(0.6 * site.usable)
    _check_derivatives(_list_all(site), duals, smoothing)


@pytest.mark.parametrize("smoothing", [0.3, 3.0])
def test_so_they_are_on_a_part_of_the_pairs_between_walls(site: Site, smoothing: float) -> None:
    duals = site.price.marginal_price(0.6 * site.usable)
    # One wall just above its dual, one just below: both are felt.
    low, high = duals - np.array([0.01, *[1.0] * 7]), duals + np.array([*[1.0] * 7, 0.01])
    device = draw_devices(prove_bound(site, Duals(duals)).reduced, 3, spread_w=5.0)
    cost = np.take_along_axis(site.cost, device, axis=1)
    part = Shortlist(device, cost, site.load, site.price, low, high, weight=2.0)
    _check_derivatives(part, duals, smoothing)


def _list_all(site: Site) -> Shortlist:
    """A sample of a small site is the whole of it."""
    return sample_tasks(site, Duals(np.zeros(len(site.devices))))


def _check_derivatives(part: Shortlist, duals: Floats, smoothing: float) -> None:
    here = smooth_bound(part, duals, smoothing)
    for device in range(len(duals)):
        step = np.zeros(len(duals))
        step[device] = NUDGE
        above = smooth_bound(part, duals + step, smoothing)
        below = smooth_bound(part, duals - step, smoothing)
        slope = (above.value - below.value) / (2 * NUDGE)
        curve = (below.slope - above.slope) / 2
        assert here.slope[device] == pytest.approx(slope, rel=1e-4, abs=1e-3)
        assert here.curve_along(step) == pytest.approx(curve, rel=1e-4, abs=1e-8)
        assert here.diagonal()[device] * NUDGE == pytest.approx(curve[device], rel=1e-4, abs=1e-8)
