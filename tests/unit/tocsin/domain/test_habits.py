"""What readings teach of a device's sensors: their steps, their rests, when one is stuck."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.habits import (
    CHANGES,
    COARSE,
    LONGEST,
    MOVES,
    SECOND,
    SEEN,
    STEP,
    STILL,
    Habits,
    begin_habits,
    read_habits,
    remark_on_sensors,
)
from tocsin.domain.learn_habits import (
    EARLY,
    FAMILIAR,
    LEAST_RUN,
    MANY,
    RESTFUL,
    RUNS_LONGER,
    SHORT,
    SPAN,
    TAUGHT,
    learn_habits,
)
from tocsin.domain.profile import Channel, Profile

PLANT = Profile(
    "plant",
    "Plant",
    1.0,
    16,
    (
        Channel("fine", "Fine", "u", -1e6, 1e6, resolution=0.001),
        Channel("other", "Other", "u", -1e6, 1e6),
    ),
)
Values = NDArray[np.float32]


def learn(
    values: NDArray[np.float64], sizes: list[int] | None = None, profile: Profile = PLANT
) -> tuple[Habits, NDArray[np.bool_]]:
    """The habits after *values*, given in messages of *sizes*, and what was stuck at each."""
    rows = values.astype(np.float32)
    habits, stuck, start = begin_habits(profile), [], 0
    last = np.full(rows.shape[1], np.nan, dtype=np.float32)
    for size in sizes or [60] * (len(rows) // 60 + 1):
        part = rows[start : start + size]
        if not len(part):
            break
        (learned,) = learn_habits([habits], last[np.newaxis], part[np.newaxis], profile)
        none = np.zeros(part.shape, dtype=np.bool_)
        stuck.append(none if learned.stuck is None else learned.stuck)
        habits, last, start = learned.habits, part[-1], start + size
    return habits, np.concatenate(stuck)


def noise(rows: int, spread: float = 1.0, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, spread, (rows, 2))


def rest_of(values: NDArray[np.float64], rests: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values that stay for so many readings each, both channels alike."""
    column = np.repeat(values, rests)
    return np.column_stack([column, column])


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


def toggle(readings: int, rest: int = 5) -> NDArray[np.float64]:
    return np.resize(np.repeat([20.0, 20.1], rest), readings)


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
    assert after.table[LONGEST, 0] <= TAUGHT * max(before.table[LONGEST, 0], SHORT)


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


@given(st.lists(st.integers(1, 90), min_size=1, max_size=40), st.integers(0, 100))
def test_however_messages_are_cut_the_same_is_learned(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(0, 1, (sum(sizes), 2)), 0)
    together, _ = learn(values, [sum(sizes)])
    apart, _ = learn(values, sizes)
    rows = [STILL, SEEN, CHANGES, STEP, COARSE]
    np.testing.assert_array_equal(apart.table[rows], together.table[rows])


def test_only_steps_that_its_kind_does_not_know_make_a_channel_coarse() -> None:
    coarse, _ = learn(np.round(noise(2_000, 0.1), 1))
    assert coarse.list_coarse() == {"fine": pytest.approx(0.1, rel=1e-3)}
    assert "fine 0.1" in remark_on_sensors(coarse)[0]
    lively, _ = learn(np.round(noise(2_000, 5.0), 1))  # steps that its noise hides
    assert lively.list_coarse() == {}
    assert remark_on_sensors(lively) == []
    kind = replace(PLANT, channels=(replace(PLANT.channels[0], resolution=0.1), PLANT.channels[1]))
    usual, _ = learn(np.round(noise(2_000, 0.1), 1), profile=kind)
    assert usual.list_coarse() == {}


def test_a_channel_that_rests_at_times_gets_the_wave_and_is_stuck_by_chance() -> None:
    going = np.round(noise(2_000, 0.2), 1)  # one reading in seven is like the one before
    held = np.concatenate([going, np.tile(going[-1], (40, 1))])
    habits, stuck = learn(held)
    assert habits.list_coarse() == {"fine": pytest.approx(0.1, rel=1e-3)}
    # Its rests are those of noise: nothing about the slope of a signal has to be known first.
    assert np.flatnonzero(stuck[:, 0])[0] == 2_000 + LEAST_RUN - 1


def test_a_fine_meter_that_often_counts_in_whole_units_is_not_coarse_by_luck() -> None:
    rng = np.random.default_rng(4)
    flow = rng.normal(32.0, 0.4, 4_000)
    shown = np.where(rng.random(4_000) < 0.5, np.round(flow, 3), np.round(flow))
    for readings in (20, 60, 400, 1_500, 4_000):
        habits, _ = learn(np.column_stack([shown[:readings]] * 2))
        assert habits.list_coarse() == {}


def test_who_rests_by_the_slope_may_rest_twice_as_long_under_another_load() -> None:
    usual = np.resize(np.repeat([20.0, 20.1], 20), 2 * FAMILIAR)
    calm = np.resize(np.repeat([20.0, 20.1], 39), FAMILIAR)
    _, stuck = learn(np.column_stack([np.concatenate([usual, calm])] * 2))
    assert not stuck[:, 0].any()
    _, stuck = learn(np.column_stack([np.concatenate([usual, np.full(45, 20.1)])] * 2))
    assert stuck[-1, 0]


def test_only_a_coarser_sensor_may_have_moved_on_from_what_it_shows() -> None:
    coarse, _ = learn(np.round(noise(2_000, 0.1), 1))
    assert coarse.find_slack(PLANT).tolist() == [pytest.approx(0.05, rel=1e-3), 0.0]
    assert not begin_habits(PLANT).find_slack(PLANT).any()
    fine, _ = learn(np.round(noise(2_000, 0.1), 3))
    assert not fine.find_slack(PLANT).any()


def test_another_sensor_is_got_used_to() -> None:
    fine, coarse = noise(SPAN, 0.1), np.round(noise(3 * SPAN, 0.1), 1)
    before, _ = learn(fine)
    after, _ = learn(np.concatenate([fine, coarse]))
    assert not before.coarse.any()
    assert after.list_coarse() == {"fine": pytest.approx(0.1, rel=1e-3)}


def test_a_covariate_is_never_stuck() -> None:
    load = replace(PLANT.channels[1], role="covariate")
    profile = replace(PLANT, channels=(PLANT.channels[0], load))
    going, held = noise(60), np.tile([7.0, 7.0], (60, 1))
    _, stuck = learn(np.concatenate([going, held]), profile=profile)
    assert stuck[:, 0].any()
    assert not stuck[:, 1].any()


def test_the_wave_is_half_a_step_high_and_leaves_means_as_they_are() -> None:
    habits, _ = learn(np.round(noise(2_000, 0.1), 1))
    t = 1_000 * np.arange(1_795_332_074, 1_795_332_074 + 64)
    values = np.zeros((64, 2), dtype=np.float32)
    blurred = habits.blur(t, values, PLANT)
    assert not blurred[:, 1].any()
    np.testing.assert_allclose(blurred[:, 0].reshape(-1, 4).mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(np.abs(np.diff(blurred[:, 0])), 0.05, atol=1e-3)
    # A reading has the same wave in whichever window and delivery it comes.
    np.testing.assert_array_equal(habits.blur(t[10:20], values[10:20], PLANT), blurred[10:20])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(-40, 40), min_size=8, max_size=64), st.integers(0, 3))
def test_no_values_undo_the_wave(steps: list[int], first: int) -> None:
    habits, _ = learn(np.round(noise(2_000, 0.1), 1))
    (step,) = habits.list_coarse().values()
    values = np.zeros((len(steps), 2), dtype=np.float32)
    values[:, 0] = np.array(steps) * step
    t = 1_000 * (first + np.arange(len(steps)))
    # What a model takes for their noise is never nothing, or a single step would be odd.
    differences = np.abs(np.diff(habits.blur(t, values, PLANT)[:, 0]))
    assert differences.min() > 0.49 * step


def test_fine_values_are_left_as_they_are() -> None:
    values = noise(100).astype(np.float32)
    habits, _ = learn(noise(100))
    assert habits.blur(np.arange(100) * 1_000, values, PLANT) is values


def test_habits_outlive_the_process() -> None:
    habits, _ = learn(np.round(noise(2_000, 0.1), 1))
    kept = json.loads(json.dumps(habits.to_document(), allow_nan=False))
    read = read_habits({"habits": kept})
    assert read is not None
    assert read.to_document() == habits.to_document()
    fresh = begin_habits(PLANT)
    known = read_habits({"habits": fresh.to_document()})
    assert known is not None
    assert known.to_document() == fresh.to_document()
    assert read_habits({}) is None
    assert read_habits({"habits": {}}) is None
    with pytest.raises(DamagedDocumentError, match=r"habits\.fine"):
        read_habits({"id": "d", "habits": {"fine": [1, 2]}})


def test_a_channel_that_is_new_to_the_profile_begins_anew() -> None:
    habits, _ = learn(np.round(noise(2_000, 0.1), 1))
    wider = replace(PLANT, channels=(Channel("new", "New", "u", 0, 1), *PLANT.channels))
    fitted = habits.fit(wider)
    assert fitted.names == wider.channel_names
    assert fitted.table[CHANGES].tolist() == [0, *habits.table[CHANGES].tolist()]
    assert fitted.fit(PLANT).to_document() == habits.to_document()


def test_a_few_changes_tell_no_habit() -> None:
    column = np.concatenate([np.arange(MOVES), np.full(100, MOVES)])
    _, stuck = learn(np.column_stack([column, column]))
    assert stuck.any()
    _, stuck = learn(np.column_stack([column, column])[2:])
    assert not stuck.any()


def test_many_devices_learn_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    values = np.round(rng.normal(0, 1, (5, 400, 2)), 1).astype(np.float32)
    values[1, 200:] = values[1, 200]
    values[2, ::7] = np.nan
    first = [begin_habits(PLANT)] * 5
    never = np.full((5, 2), np.nan, dtype=np.float32)
    once = learn_habits(first, never, values[:, :250], PLANT)
    together = learn_habits(
        [found.habits for found in once], values[:, 249], values[:, 250:], PLANT
    )
    for found, column in zip(together, values, strict=True):
        alone, stuck = learn(column, [250, 150])
        np.testing.assert_array_equal(found.habits.table, alone.table)
        assert (found.stuck is not None) == stuck[250:].any()
