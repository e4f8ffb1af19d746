"""The smoothed bound is never above the bound, and its derivatives are its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rebalancing.fleet import build_fleet
from tests.unit.tocsin.planning.fleets import build_sites, problems
from tocsin.planning.arrays.site import Site
from tocsin.planning.problem import Problem
from tocsin.planning.proof.bound import Duals, prove_bound
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
        assert smooth_bound(site, duals, smoothing).value <= bound * (1 + 1e-9) + 1e-6


def test_it_becomes_the_bound_as_the_smoothing_vanishes(site: Site) -> None:
    duals = site.price.marginal_price(0.6 * site.usable)
    bound = prove_bound(site, Duals(duals)).value
    assert smooth_bound(site, duals, 1e-6).value == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("smoothing", [0.3, 3.0])
def test_slope_and_curvature_are_what_differences_say(site: Site, smoothing: float) -> None:
    duals = site.price.marginal_price(0.6 * site.usable)
    here = smooth_bound(site, duals, smoothing)
    for device in range(len(duals)):
        step = np.zeros(len(duals))
        step[device] = NUDGE
        above = smooth_bound(site, duals + step, smoothing)
        below = smooth_bound(site, duals - step, smoothing)
        slope = (above.value - below.value) / (2 * NUDGE)
        curve = (below.slope - above.slope) / 2
        assert here.slope[device] == pytest.approx(slope, rel=1e-4, abs=1e-3)
        assert here.curve_along(step) == pytest.approx(curve, rel=1e-4, abs=1e-8)
        assert here.diagonal()[device] * NUDGE == pytest.approx(curve[device], rel=1e-4, abs=1e-8)
