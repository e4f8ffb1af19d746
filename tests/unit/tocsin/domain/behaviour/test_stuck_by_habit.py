"""A sensor is stuck when it rests for longer than is its habit, and not before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tocsin.domain.behaviour.learning import PLANT, learn, noise, rest_of, toggle
from tocsin.domain.behaviour.habits import (
    CHANGES,
    LONGEST,
    SECOND,
    SEEN,
    remark_on_sensors,
)
from tocsin.domain.behaviour.learn_habits import (
    EARLY,
    FAMILIAR,
    LEAST_RUN,
    MANY,
    RESTFUL,
    RUNS_LONGER,
    SHORT,
    TAUGHT,
)


@settings(max_examples=25, deadline=None)
@given(
    step=st.sampled_from([0.01, 0.1, 0.5, 1.0, 5.0]),
    usual=st.integers(2, RESTFUL - 1),
    seed=st.integers(0, 1_000),
)
def test_at_any_resolution_and_habit_it_is_stuck_when_it_rests_for_longer_and_not_before(
    step: float, usual: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    count = max(2 * MANY, 3 * FAMILIAR // usual)
    rests = rng.integers(1, usual + 1, count)
    rests[: FAMILIAR // usual + 2] = usual  # the longest rest is known
    going = rest_of(np.cumsum(rng.choice([-1, 1], count)) * step, rests)
    habits, calm = learn(going)
    assert not calm.any()
    assert habits.steps[0] == pytest.approx(step, rel=1e-2)
    # However it was cut, it is called within a few times its longest rest, and not within it.
    held = np.tile(going[-1], (max(20 * usual, 400), 1))
    _, stuck = learn(np.concatenate([going, held]))
    after = np.flatnonzero(stuck[:, 0])
    assert len(after)
    first = int(after[0]) - len(going) + int(rests[-1])
    assert first >= max(LEAST_RUN, RUNS_LONGER * usual) - 1
    assert stuck[after[0] :, 0].all()


def test_one_that_rests_for_minutes_while_all_is_well_is_never_called() -> None:
    rests = np.full(3 * MANY, RESTFUL + 1)
    going = rest_of(np.resize([70.0, 71.0], len(rests)), rests)
    _, stuck = learn(np.concatenate([going, np.tile(going[-1], (20 * RESTFUL, 1))]))
    assert not stuck[:, 0].any()


def test_a_fault_before_its_rests_are_known_hides_no_later_one() -> None:
    toggling = np.resize(np.repeat([20.0, 20.1], 5), 2 * FAMILIAR)
    early = np.concatenate([toggling[:500], np.full(400, 20.1), toggling])
    held = np.concatenate([early, np.full(60, 20.1)])
    _, stuck = learn(np.column_stack([held, held]))
    assert stuck[-1, 0]


def test_a_fine_channel_is_stuck_after_a_dozen_readings_on_its_first_day() -> None:
    going = noise(60)
    held = np.tile(going[-1], (40, 1))
    _, stuck = learn(np.concatenate([going, held]))
    assert np.flatnonzero(stuck[:, 0])[0] == 60 + LEAST_RUN - 1


def test_what_never_moved_is_not_called_stuck() -> None:
    habits, stuck = learn(np.full((20_000, 2), 0.03))
    assert not stuck.any()
    assert "one value (fine, other)" in remark_on_sensors(habits)[0]


def test_a_coarse_channel_is_not_called_before_anything_is_known_of_its_rests() -> None:
    column = np.concatenate([toggle(EARLY - 60), np.full(FAMILIAR, 20.1)])
    habits, stuck = learn(np.column_stack([column, column]))
    assert habits.coarse.tolist() == [True, False]
    assert not stuck[:, 0].any()
    # A kind that does not say its steps is known at once: there the model has to agree.
    assert stuck[EARLY + 100 :, 1].all()


@pytest.mark.parametrize(
    ("known", "times"), [(1_800, 4), (3_600, 2.83), (FAMILIAR, 2), (20_000, 2)]
)
def test_the_less_is_known_of_its_rests_the_longer_one_is_believed(
    known: int, times: float
) -> None:
    column = np.concatenate([toggle(known + 60, rest=4), np.full(300, 20.3)])
    _, stuck = learn(np.column_stack([column, column]))
    rested = int(np.flatnonzero(stuck[:, 0])[0]) - (known + 60)
    # Each rest so far was of 3 readings more; one of a dozen is none of note.
    assert rested == pytest.approx(max(times * 3, LEAST_RUN), abs=2)


@pytest.mark.parametrize(("rest", "is_called"), [(80, True), (RESTFUL // 2 + 10, False)])
def test_who_may_come_to_rest_for_minutes_is_not_called_while_little_is_known(
    rest: int, is_called: bool
) -> None:
    # After a quarter of the time, twice as long is expected.
    rests = [rest, rest, *[4] * 420]
    going = rest_of(np.resize([20.0, 20.1], len(rests)), np.array(rests))
    _, stuck = learn(np.concatenate([going, np.tile(going[-1], (3 * RESTFUL, 1))]))
    assert stuck[:, 0].any() == is_called


def test_who_toggles_near_an_edge_now_and_then_is_not_called_in_its_first_hour() -> None:
    # Twice a minute: enough changes after two hours, not after one.
    column = np.concatenate([toggle(3_000, rest=30), np.full(2 * FAMILIAR, 20.1)])
    _, stuck = learn(np.column_stack([column, column]))
    assert not stuck[:, 0].any()
    column = np.concatenate([toggle(FAMILIAR + 60, rest=30), np.full(200, 20.3)])
    _, stuck = learn(np.column_stack([column, column]))
    assert stuck[-1, 0]


def test_one_that_was_called_stuck_teaches_little() -> None:
    going, held = noise(120), np.tile([7.0, 7.0], (500, 1))
    before, _ = learn(going)
    after, stuck = learn(np.concatenate([going, held, noise(60, seed=2)]))
    assert stuck.any()
    most = np.float32(TAUGHT * max(before.table[LONGEST, 0], SHORT))  # as it is kept
    assert after.table[LONGEST, 0] <= most


def test_what_was_called_stuck_teaches_little_after_a_fault_that_was_not() -> None:
    # A standstill in its first minutes, when nobody knows, is its longest rest; those after it must
    # not make each other longer.
    column = [toggle(500), np.full(150, 20.1), toggle(FAMILIAR)]
    for _ in range(4):
        column += [np.full(80, 20.1), toggle(600)]
    habits, stuck = learn(np.column_stack([np.concatenate(column)] * 2))
    assert len(np.flatnonzero(np.diff(stuck[:, 0].astype(int)) == 1)) == 4
    assert habits.table[SECOND, 0] <= 5 * TAUGHT**4


def test_a_missing_value_ends_a_rest_and_teaches_nothing() -> None:
    going = noise(60)
    held = np.tile(going[-1], (40, 1))
    held[8::9] = np.nan
    habits, stuck = learn(np.concatenate([going, held]))
    assert not stuck.any()
    seen, changes = habits.table[[SEEN, CHANGES], 0]
    assert seen == changes + np.sum(np.diff(held[:, 0]) == 0) + 1


def test_who_rests_by_the_slope_may_rest_twice_as_long_under_another_load() -> None:
    usual = np.resize(np.repeat([20.0, 20.1], 20), 2 * FAMILIAR)
    calm = np.resize(np.repeat([20.0, 20.1], 39), FAMILIAR)
    _, stuck = learn(np.column_stack([np.concatenate([usual, calm])] * 2))
    assert not stuck[:, 0].any()
    _, stuck = learn(np.column_stack([np.concatenate([usual, np.full(45, 20.1)])] * 2))
    assert stuck[-1, 0]


def test_a_covariate_is_never_stuck() -> None:
    load = replace(PLANT.channels[1], role="covariate")
    profile = replace(PLANT, channels=(PLANT.channels[0], load))
    going, held = noise(60), np.tile([7.0, 7.0], (60, 1))
    _, stuck = learn(np.concatenate([going, held]), profile=profile)
    assert stuck[:, 0].any()
    assert not stuck[:, 1].any()


def test_a_channel_that_rests_at_times_gets_the_wave_and_is_stuck_by_chance() -> None:
    going = np.round(noise(2_000, 0.2), 1)  # one reading in seven is like the one before
    held = np.concatenate([going, np.tile(going[-1], (40, 1))])
    habits, stuck = learn(held)
    assert habits.list_coarse() == {"fine": pytest.approx(0.1, rel=1e-3)}
    # Its rests are those of noise: nothing about the slope of a signal has to be known first.
    assert np.flatnonzero(stuck[:, 0])[0] == 2_000 + LEAST_RUN - 1
