"""Where a sensor rests for longer than ever and is not stuck: at an end, and under less load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.unit.tocsin.domain.behaviour.learning import PLANT, learn
from tocsin.domain.behaviour.habits import LATELY, LONGEST, TOLD_AFTER, remark_on_sensors
from tocsin.domain.behaviour.learn_habits import FAMILIAR, FAR, SOME

PERCENT = replace(
    PLANT, channels=tuple(replace(each, low=0.0, high=100.0) for each in PLANT.channels)
)
BAND = 2.0


def hold(values: NDArray[np.float64], band: float = BAND) -> NDArray[np.float64]:
    """*values* of both channels as a gateway shows them that goes on with the last one until it has
    changed by *band*."""
    held, last = [], np.inf
    for value in values.tolist():
        last = value if abs(value - last) >= band else last
        held.append(last)
    return np.column_stack([held, held])


def work(readings: int, spread: float = 4.0, middle: float = 50.0) -> NDArray[np.float64]:
    return np.random.default_rng(5).normal(middle, spread, readings)


@settings(max_examples=20, deadline=None)
@given(end=st.sampled_from([0.5, 99.5]), off=st.floats(-1.4, 1.4), rest=st.integers(20, 3_000))
def test_a_channel_that_can_show_no_more_is_not_stuck_and_says_so(
    end: float, off: float, rest: int
) -> None:
    # A held value may lie a dead band off the end.
    value = np.clip(end + off, 0.0, 100.0)
    shown = np.concatenate([hold(work(FAMILIAR)), np.full((rest, 2), value)])
    before, _ = learn(shown[:FAMILIAR], profile=PERCENT)
    habits, stuck = learn(shown, profile=PERCENT)
    assert not stuck.any()
    remarks = [remark for remark in remark_on_sensors(habits) if "end of what it can" in remark]
    assert len(remarks) == (rest > TOLD_AFTER)
    # Nor does it make a habit of it, by which a standstill elsewhere would be none.
    after, stuck = learn(
        np.concatenate([shown, hold(work(600)), np.full((80, 2), 50.0)]), profile=PERCENT
    )
    assert stuck[-1, 0]
    assert after.table[LONGEST, 0] <= 2 * max(before.table[LONGEST, 0], 4)


def test_a_load_that_is_told_is_at_no_end_however_near_to_one_it_stays() -> None:
    first, load = PERCENT.channels
    profile = replace(PERCENT, channels=(first, replace(load, role="covariate")))
    told = np.repeat([40.0, 47.5, 7.5], [200, 20, 3_000])
    habits, _ = learn(np.column_stack([work(len(told)), told]), profile=profile)
    assert [remark for remark in remark_on_sensors(habits) if "end of what it can" in remark] == []


@settings(max_examples=20, deadline=None)
@given(value=st.floats(4.0, 96.0))
def test_one_that_stands_still_between_its_ends_is_stuck(value: float) -> None:
    shown = np.concatenate([hold(work(FAMILIAR)), np.full((80, 2), value)])
    _, stuck = learn(shown, profile=PERCENT)
    assert stuck[-1, 0]


def test_where_its_kind_has_finer_steps_it_is_at_the_end_only_close_to_it() -> None:
    going = np.round(work(FAMILIAR), 3)
    shown = np.column_stack([np.concatenate([going, np.full(80, 99.5)])] * 2)
    _, stuck = learn(shown, profile=PERCENT)
    assert stuck[-1, 0]


@pytest.mark.parametrize("seed", range(4))
def test_under_less_load_there_is_less_noise_and_a_held_value_rests_for_longer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # In most of its time nearly each reading brings another value, then it idles.
    values = np.concatenate([rng.normal(60.0, 12.0, FAMILIAR), rng.normal(23.0, 1.2, 1_800)])
    shown = hold(values)
    _, stuck = learn(shown, profile=PERCENT)
    # By then a rest is at most as long as is rare; when it began to idle nobody knew yet.
    assert not stuck[FAMILIAR + 300 :, 0].any()
    held = np.concatenate([shown, np.tile(shown[-1], (round(FAR * 6), 1))])
    _, stuck = learn(held, profile=PERCENT)
    assert stuck[-1, 0]


def test_a_ramp_of_a_few_steps_tells_no_habit() -> None:
    # A machine comes up in so many steps of the band, and then its load is the same.
    ramp = np.arange(SOME) * BAND
    shown = np.column_stack([np.concatenate([ramp, np.full(100, ramp[-1])])] * 2)
    _, stuck = learn(shown, profile=PERCENT)
    assert not stuck[:, 0].any()


def test_how_messages_are_cut_matters_little_to_how_long_it_rests_of_late() -> None:
    shown = hold(np.concatenate([work(2_000), work(1_000, spread=1.0)]))
    alone, together = (
        learn(shown, [size] * (3_000 // size + 1), PERCENT)[0].table[LATELY, 0] for size in (1, 5)
    )
    assert alone == pytest.approx(together, rel=0.25)


def test_nor_does_what_it_showed_at_an_end_before_anything_was_known() -> None:
    full, few = np.full((500, 2), 99.5), hold(work(10))
    shown = np.concatenate([few, full, few, full, hold(work(FAMILIAR)), np.full((80, 2), 50.0)])
    _, stuck = learn(shown, profile=PERCENT)
    assert stuck[-1, 0]
