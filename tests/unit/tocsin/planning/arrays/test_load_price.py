"""A price is the same by its lines, by its segments and by its conjugate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tocsin.planning.fleets import build_sites, problems
from tocsin.planning.problem import Problem

SHARES = st.floats(0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(problems(), SHARES)
def test_slopes_never_fall_and_lines_charge_what_filled_segments_cost(
    problem: Problem, share: float
) -> None:
    for site in build_sites(problem):
        price = site.price
        assert (np.diff(price.slopes, axis=1) >= 0).all()
        load = np.full(len(site.devices), share * site.load.sum())
        by_segments = (price.fill_segments(load) * price.slopes).sum(axis=1)
        assert price.charge(load) == pytest.approx(by_segments, rel=1e-9, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(problems(), st.lists(SHARES, min_size=1, max_size=4))
def test_every_way_to_charge_asks_the_same(problem: Problem, shares: list[float]) -> None:
    for site in build_sites(problem):
        devices = np.arange(len(site.devices)).repeat(2)
        loads = np.array([shares] * len(devices)) * site.load.sum()
        trials = site.price.charge_trials(devices, loads)
        for row, device in enumerate(devices.tolist()):
            for column, load in enumerate(loads[row].tolist()):
                alone = site.price.charge_device(device, load)
                assert trials[row, column] == alone
                assert site.price.charge(np.full(len(site.devices), load))[device] == alone


@settings(max_examples=40, deadline=None)
@given(problems(), st.floats(-5.0, 60.0))
def test_no_load_costs_less_after_the_rebate(problem: Problem, rebate_w: float) -> None:
    for site in build_sites(problem):
        rebate = np.full(len(site.devices), rebate_w)
        least = site.price.minimise_less(rebate)
        ends = np.cumsum(site.price.widths, axis=1)
        net = [site.price.charge(load) - rebate * load for load in (0.0 * ends[:, 0], *ends.T)]
        assert least == pytest.approx(np.min(net, axis=0), rel=1e-9, abs=1e-5)
