"""What readings teach of a device's sensors: their steps and the wave that hides them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tocsin.domain.behaviour.learning import PLANT, learn, noise
from tocsin.domain.behaviour.habits import (
    CHANGES,
    COARSE,
    MOVES,
    SEEN,
    STEP,
    STEP_BEFORE,
    STILL,
    begin_habits,
    read_habits,
    remark_on_sensors,
)
from tocsin.domain.behaviour.learn_habits import (
    SPAN,
    learn_habits,
)
from tocsin.domain.profile import Channel


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


def test_a_fine_meter_that_often_counts_in_whole_units_is_not_coarse_by_luck() -> None:
    rng = np.random.default_rng(4)
    flow = rng.normal(32.0, 0.4, 4_000)
    shown = np.where(rng.random(4_000) < 0.5, np.round(flow, 3), np.round(flow))
    for readings in (20, 60, 400, 1_500, 4_000):
        habits, _ = learn(np.column_stack([shown[:readings]] * 2))
        assert habits.list_coarse() == {}


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
    assert read_habits({"habits": None}) is None


def test_habits_from_before_they_were_one_text_are_learned_anew() -> None:
    before = {"fine": [0.0, 4.0, 3.0, 200.0, 150.0, 0.1, None, 1.0], "other": [0.0] * 8}
    assert read_habits({"id": "d", "habits": before}) is None
    assert read_habits({"id": "d", "habits": {}}) is None


def test_people_are_shown_the_habits_of_each_channel() -> None:
    habits, _ = learn(np.round(noise(2_000, 0.1), 1))
    shown = habits.list_columns()
    assert {*shown} == {"fine", "other"}
    assert shown["fine"][STEP] == pytest.approx(0.1, abs=1e-5)
    assert shown["fine"][STEP_BEFORE] is None
    assert shown["fine"][COARSE] == 1.0


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
