"""Thresholds read from a tail are passed as often as the target says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import genpareto

from tocsin.domain.calling.thresholds import AIM, Tail, sustain, threshold_for

tails = st.builds(
    Tail,
    level=st.floats(0.1, 10),
    peaks_per_day=st.floats(0.1, 1_000),
    shape=st.floats(-0.3, 0.4, allow_subnormal=False),  # of which scipy makes a wrong tail
    scale=st.floats(0.001, 5),
)
targets = st.floats(0.001, 100)


@given(tails, targets)
def test_normal_running_passes_it_at_the_aimed_share_of_the_target(
    tail: Tail, target: float
) -> None:
    threshold = threshold_for(tail, target)
    passed = genpareto.sf(threshold - tail.level, tail.shape, scale=tail.scale)
    expected = min(AIM * target, tail.peaks_per_day)
    assert tail.peaks_per_day * passed == pytest.approx(expected, rel=1e-6)


@given(tails, targets, targets)
def test_a_rarer_target_never_lowers_the_threshold(tail: Tail, one: float, other: float) -> None:
    rare, often = sorted((one, other))
    assert threshold_for(tail, rare) >= threshold_for(tail, often) >= tail.level


@pytest.mark.parametrize("shape", [1e-8, -1e-8, 1e-10, 0.0])
def test_a_shape_near_zero_is_an_exponential_tail(shape: float) -> None:
    straight = 2.0 + 0.5 * np.log(100 / (AIM * 0.5))
    assert threshold_for(Tail(2.0, 100.0, shape, 0.5), 0.5) == pytest.approx(straight, rel=1e-6)


def test_the_sustained_score_is_the_least_of_the_last_ones() -> None:
    score = np.array([5.0, 4.0, 6.0, np.nan, 7.0, 8.0, 9.0])
    assert sustain(score, 3).tolist() == [-np.inf, -np.inf, 4.0, -np.inf, -np.inf, -np.inf, 7.0]
    assert sustain(np.array([2.0, 1.0]), 1).tolist() == [2.0, 1.0]
