"""What a device shows by itself, and the limits that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.limits.bounds import LimitStates
from tocsin.domain.limits.follow import LimitChange, Stretch, count_steps
from tocsin.domain.limits.follow_range import follow_range
from tocsin.domain.limits.own_range import (
    LEAST_READINGS,
    ChannelRange,
    OwnRange,
    read_own_range,
    remark_on_range,
)
from tocsin.domain.limits.own_rest import DAY_MS

QUARTER_MS = 15 * 60_000
START = 1_700_000_000_000


def follow(
    values: Sequence[float],
    *,
    cuts: Sequence[int] = (),
    step_ms: int = QUARTER_MS,
    but: Sequence[str] = (),
) -> tuple[OwnRange, LimitStates, list[LimitChange]]:
    """Over readings of both channels of the rig, in messages that end at *cuts*."""
    own, changes = OwnRange(START), list[LimitChange]()
    states: LimitStates = {}
    t = START + step_ms * np.arange(len(values))
    rows = np.column_stack((values, np.ones(len(values)))).astype(np.float32)
    steps = count_steps(t, 0, step_ms)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(values)}), len(values)]
    for start, end in pairwise(edges):
        part = Stretch(t[start:end], rows[start:end], steps[start:end], "north")
        own, states, found = follow_range(own, states, part, RIG, but)
        changes += [
            LimitChange(each.index + start, each.change, each.bound, each.raised_t, each.site_id)
            for each in found
        ]
    return own, states, changes


def tell(changes: Sequence[LimitChange]) -> list[tuple[int, str, str]]:
    return [(each.index, each.change, each.bound.name) for each in changes]


DAY = [1.0 + index % 3 for index in range(LEAST_READINGS)]


def test_what_lies_beyond_a_day_by_its_whole_width_is_called_after_three_readings() -> None:
    _, _, changes = follow([*DAY, 5.1, 5.1, 5.1, 5.1, 3.9, 3.9, 3.9])
    assert tell(changes) == [
        (98, "raised", "speed_rpm-high-warning"),
        (102, "cleared", "speed_rpm-high-warning"),
    ]
    assert changes[0].bound.value == 5.0
    assert changes[0].bound.learned


def test_the_first_day_calls_nothing_and_neither_does_a_channel_that_never_changed() -> None:
    assert tell(follow([*DAY[:-1], 99.0, 99.0])[2]) == []
    assert tell(follow([1.0] * LEAST_READINGS + [2.0] * 9)[2]) == []


def test_a_trend_that_goes_on_as_on_the_first_day_raises_nothing() -> None:
    battery = [100.0 - index / 10 for index in range(6 * LEAST_READINGS)]
    assert tell(follow(battery)[2]) == []


def test_what_is_called_teaches_nothing() -> None:
    own, _, changes = follow([*DAY, *[9.0] * (2 * LEAST_READINGS)])
    assert [change.change for change in changes] == ["raised"]
    assert (own.channels["speed_rpm"].low, own.channels["speed_rpm"].high) == (1.0, 3.0)


def test_a_day_lasts_until_it_has_enough_readings() -> None:
    hourly = [1.0 + index % 3 for index in range(LEAST_READINGS)]
    own, _, _ = follow(hourly[:-1], step_ms=3_600_000)
    assert own.channels["speed_rpm"].limits is None
    own, _, _ = follow([*hourly, 2.0], step_ms=3_600_000)
    assert own.channels["speed_rpm"].limits == (-1.0, 5.0)


def test_missing_readings_count_for_nothing() -> None:
    own, _, _ = follow([*DAY[:-1], nan, nan], but=())
    assert own.channels["speed_rpm"].limits is not None, "the other channel has values"
    rows = np.full((200, 2), np.nan, dtype=np.float32)
    t = START + QUARTER_MS * np.arange(200)
    own, _, _ = follow_range(OwnRange(START), {}, Stretch(t, rows, np.ones(200), "north"), RIG, ())
    assert (own.readings, own.began) == (0, START)


def test_a_channel_that_people_set_limits_for_is_learned_and_not_called() -> None:
    own, states, changes = follow([*DAY, 99.0, 99.0, 99.0], but=["speed_rpm"])
    assert (dict(states), changes) == ({}, [])
    assert own.channels["speed_rpm"].high == 3.0


VALUES = st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.5, 9.0, -4.0, nan]), min_size=100, max_size=320)


@given(VALUES, st.lists(st.integers(1, 319), max_size=12))
def test_the_same_is_called_however_a_stream_is_cut(values: list[float], cuts: list[int]) -> None:
    whole, cut = follow(values), follow(values, cuts=cuts)
    assert cut == whole


@given(VALUES)
def test_a_range_is_read_as_it_was_written(values: list[float]) -> None:
    own, _, _ = follow(values)
    assert read_own_range(own.to_document()) == own


@pytest.mark.parametrize("numbers", [[1.0, 2.0], [1.0, 2.0, "three", 4.0], [1, 2, 3, 4, 5]])
def test_a_damaged_range_is_named(numbers: list[object]) -> None:
    document = {"id": "rig-1", "began": 1, "readings": 2, "channels": {"speed_rpm": numbers}}
    with pytest.raises(DamagedDocumentError, match="speed_rpm"):
        read_own_range(document)


def test_a_clock_that_is_put_back_moves_the_day() -> None:
    assert OwnRange.begin(START).shift(-DAY_MS) == OwnRange.begin(START - DAY_MS)


def test_it_is_said_in_words() -> None:
    assert remark_on_range(None) == []
    (learning,) = remark_on_range(OwnRange(START))
    assert f"a day of it is known, with {LEAST_READINGS} readings" in learning
    channels = {f"c{index}": ChannelRange(1.0, 2.5) for index in range(7)}
    (known,) = remark_on_range(OwnRange(START, 0, channels))
    assert "c0 1 to 2.5" in known
    assert "and 2 more" in known
