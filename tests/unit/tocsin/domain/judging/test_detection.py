"""Records become windows, each for itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import PROBE, RIG
from tocsin.domain.judging.detection import Record, gather_windows

HEAT = [float(number) for number in range(9)]
numbers = st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False)
channels = st.sampled_from(["speed_rpm", "heat_c", "flow"])
readings = st.dictionaries(channels, numbers, max_size=2)
whole_windows = st.dictionaries(channels, st.lists(numbers, min_size=4, max_size=8), max_size=2)
records = st.lists(readings | whole_windows | st.just("no record"), max_size=12)


@given(records)
def test_each_record_has_a_window_or_says_why_not(sent: list[Record | str]) -> None:
    found = gather_windows(sent, RIG)
    assert found.windows.shape == (len(found.indices), RIG.window, 2)
    assert found.windows.dtype == np.float32
    assert sorted([*found.indices, *found.errors]) == [*range(len(sent))]
    assert all(found.errors.values())


def test_a_reading_is_scored_with_those_before_it() -> None:
    found = gather_windows([{"heat_c": heat} for heat in HEAT], PROBE)
    assert found.indices == [3, 4, 5, 6, 7, 8]
    assert found.windows[:, :, 0].tolist() == [HEAT[end - 3 : end + 1] for end in range(3, 9)]
    assert found.errors.keys() == {0, 1, 2}
    assert "needs 4 readings" in found.errors[0]


def test_a_window_is_scored_at_its_last_reading_and_by_itself() -> None:
    sent: list[Record | str] = [{"heat_c": HEAT}, {"heat_c": 1.0}, {"heat_c": [1.0, 2.0, 3.0, 4.0]}]
    found = gather_windows(sent, PROBE)
    assert found.windows[:, :, 0].tolist() == [HEAT[-4:], [1, 2, 3, 4]]
    assert found.errors.keys() == {1}


def test_a_channel_that_is_not_sent_is_missing() -> None:
    found = gather_windows([{"heat_c": [1, 2, None, 4, 5, 6]}], RIG)
    assert np.isnan(found.windows[0, :, 0]).all()
    np.testing.assert_array_equal(found.windows[0, :, 1], [1, 2, np.nan, 4, 5, 6])


def test_a_bad_record_costs_no_other_its_score() -> None:
    good: Record = {"heat_c": HEAT}
    found = gather_windows([good, "no record", good, {"flow": 1.0}, {}, good], PROBE)
    assert found.indices == [0, 2, 5]
    assert found.errors == {
        1: "no record",
        3: "there is no channel 'flow'; there are heat_c",
        4: "it has no channel",
    }


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"heat_c": [1.0, 2.0]}, "it has 2 readings; a score needs 6"),
        ({"heat_c": []}, "it has 0 readings"),
        ({"heat_c": HEAT, "speed_rpm": 1.0}, "all be numbers, or all be lists"),
        ({"heat_c": HEAT, "speed_rpm": HEAT[1:]}, "of one length"),
        ({"heat_c": 1e300}, "too large"),
        ({"heat_c": 10**400}, "too large"),
        ({"heat_c": [*HEAT, -1e300]}, "too large"),
        ({"flow" * 99: 1.0}, "there is no channel 'flowflow"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(record: dict[str, Any], said: str) -> None:
    found = gather_windows([record], RIG)
    assert said in found.errors[0]
    assert len(found.errors[0]) < 200


def test_what_no_sensor_shows_is_missing() -> None:
    found = gather_windows([{"heat_c": [1, 2, -127, 4, 5, 65535]}], RIG)
    np.testing.assert_array_equal(found.windows[0, :, 1], [1, 2, np.nan, 4, 5, np.nan])
