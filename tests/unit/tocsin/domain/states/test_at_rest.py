"""What is shown at rest is kept from the habits of sensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.fakes.machines import AT_WORK, PRESS
from tocsin.domain.behaviour.habits import CHANGES, STEP, begin_habits
from tocsin.domain.states.at_rest import hide_rest, hide_told
from tocsin.domain.states.follow import find_telling
from tocsin.domain.states.reach import Heights

TELLING = find_telling(PRESS, AT_WORK)
HOT = Heights((1,), np.array([15.0], np.float32), 25.0)
NAN = float("nan")
WORK, REST = (60.0, 20.0), (0.0, 21.0)


def test_of_each_device_what_is_shown_at_rest_is_left_out() -> None:
    values = np.array([[WORK, REST, WORK], [REST, (NAN, 20.0), (20.0, 20.0)]], np.float32)
    hidden = hide_rest(values, [begin_habits(PRESS)] * 2, TELLING, PRESS)
    # Less active than at work is no rest, and what is not known is none.
    assert np.isnan(hidden).all(axis=2).tolist() == [[False, True, False], [True, False, False]]
    np.testing.assert_array_equal(hidden[0, ::2], values[0, ::2])


def test_where_all_are_at_work_or_nobody_can_tell_nothing_is_copied() -> None:
    work = np.array([[WORK, WORK]], np.float32)
    assert hide_rest(work, [begin_habits(PRESS)], TELLING, PRESS) is work
    rest = np.array([[REST, REST]], np.float32)
    assert hide_rest(rest, [begin_habits(PRESS)], None, PRESS) is rest


def test_a_sensor_that_goes_on_with_its_last_value_is_at_rest_within_half_a_step() -> None:
    coarse = replace(PRESS, channels=tuple(replace(c, resolution=0.1) for c in PRESS.channels))
    held = np.array([[(9.0, 20.0)]], np.float32)  # off is below 6.5
    habits = begin_habits(coarse)
    assert not np.isnan(hide_rest(held, [habits], TELLING, coarse)).any()
    habits.table[[STEP, CHANGES]] = [[8.0, 8.0], [100.0, 100.0]]
    assert np.isnan(hide_rest(held, [habits], TELLING, coarse)).all()


def test_a_device_that_tells_its_state_is_believed() -> None:
    values = np.array([WORK, WORK, REST], np.float32)
    hidden = hide_told(values, ["off", "running", None], None)
    assert np.isnan(hidden).all(axis=1).tolist() == [True, False, False]
    assert hide_told(values, ["running", "idle", "starting"], None) is values
    assert hide_told(values, (), None) is values


def test_what_is_on_and_has_not_come_up_is_left_out() -> None:
    values = np.array([(60.0, 14.0), (60.0, 15.0), (60.0, 14.0), (60.0, NAN)], np.float32)
    hidden = hide_told(values, ["running", "running", None, "running"], HOT)
    # Of what tells no state, or misses its value, nobody knows that it is below.
    assert np.isnan(hidden).all(axis=1).tolist() == [True, False, False, False]
    assert hide_told(values, (), HOT) is values
    assert TELLING is not None
    telling = replace(TELLING, heights=HOT)
    hidden = hide_rest(values[np.newaxis], [begin_habits(PRESS)], telling, PRESS)
    assert np.isnan(hidden[0]).all(axis=1).tolist() == [True, False, True, False]
