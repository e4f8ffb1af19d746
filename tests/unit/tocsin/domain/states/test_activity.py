from __future__ import annotations

import numpy as np

from tests.fakes.machines import AT_WORK, IDLING, PRESS, STATELESS, TOLD, make_profile
from tocsin.domain.states.activity import Kind, find_levels

BOTH = make_profile({"activity": [{"channel": "force_kn"}, {"channel": "heat_c", "off_below": 5}]})
NAN = float("nan")


def test_levels_follow_from_what_the_model_was_trained_on_or_from_the_profile() -> None:
    learned = find_levels(PRESS, AT_WORK)
    assert learned is not None
    assert (learned.columns, learned.highest) == ((0,), 65.0)
    assert np.allclose([learned.off[0], learned.run[0]], [6.5, 35.0])
    given = find_levels(IDLING, {})
    assert given is not None
    assert (given.off[0], given.run[0]) == (6, 40)


def test_without_a_reference_or_a_rule_there_are_no_levels() -> None:
    assert find_levels(PRESS, {}) is None
    assert find_levels(PRESS, {"force_kn": (-3.0, 0.0)}) is None
    assert find_levels(STATELESS, AT_WORK) is None
    assert find_levels(TOLD, AT_WORK) is None


def test_rest_is_what_every_channel_says_and_work_what_one_says() -> None:
    levels = find_levels(BOTH, AT_WORK)
    assert levels is not None
    values = [(60, 20), (0, 0), (0, 20), (20, 0), (60, 0), (NAN, 20), (NAN, 0), (0, NAN)]
    kinds = levels.sort_readings(np.array([*values, (NAN, NAN)], np.float32)).tolist()
    assert kinds == [
        Kind.HIGH,
        Kind.LOW,
        Kind.PARTLY,
        Kind.BETWEEN,
        Kind.HIGH,
        Kind.HIGH,
        Kind.LOW,
        Kind.LOW,
        Kind.UNKNOWN,
    ]


def test_a_sensor_that_goes_on_with_its_last_value_may_have_run_down_to_rest() -> None:
    levels = find_levels(BOTH, AT_WORK)
    assert levels is not None
    off, run = levels.off[0], levels.run[0]
    held = np.zeros((2, 2), np.float32)
    held[:, levels.columns[0]] = off * 1.5, run
    assert levels.sort_readings(held).tolist() == [Kind.BETWEEN, Kind.HIGH]
    slack = np.full(2, float(off))
    assert levels.sort_readings(held, slack).tolist() == [Kind.LOW, Kind.HIGH]
    # However coarse it is, what is at work is not at rest.
    assert levels.sort_readings(held, 100 * slack).tolist() == [Kind.LOW, Kind.HIGH]


def test_a_message_at_work_is_told_at_once_unless_a_value_is_missing() -> None:
    levels = find_levels(PRESS, AT_WORK)
    assert levels is not None
    assert levels.is_at_work(np.array([(60, 1), (35, 2)], np.float32))
    assert not levels.is_at_work(np.array([(60, 1), (34, 2)], np.float32))
    assert not levels.is_at_work(np.array([(60, 1), (NAN, 2)], np.float32))
