from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.charts.cells import Cells, join_cells
from tocsin.domain.charts.rollup import HOUR, MINUTE, MINUTE_MS, Resolution, Rollup, cut_rollups
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import DamagedDocumentError

HOURS_MS = 3 * HOUR.cell_ms
values = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def messages(draw: st.DrawFn) -> StoredMessage:
    t = sorted(draw(st.sets(st.integers(-HOURS_MS, HOURS_MS), min_size=1, max_size=6)))
    column = st.lists(values, min_size=len(t), max_size=len(t))
    flags = st.lists(st.booleans(), min_size=len(t), max_size=len(t))
    names = st.sampled_from(("heat_c", "speed_rpm"))
    threshold = draw(st.none() | st.floats(0, 9))
    return StoredMessage(
        t, draw(st.dictionaries(names, column)), draw(column), threshold, None, draw(flags)
    )


def roll_up(found: list[StoredMessage], cell_ms: int = MINUTE_MS) -> Cells:
    return Cells.of_messages(found, cell_ms, from_t=-HOURS_MS, to_t=HOURS_MS + 1)


def expect_cell(found: list[StoredMessage], t: int, name: str, cell_ms: int) -> list[float]:
    """The values that lie in the cell at *t*."""
    columns = [
        (message.t, message.score if name == "score" else message.channels.get(name, ()))
        for message in found
    ]
    pairs = [pair for times, column in columns for pair in zip(times, column, strict=False)]
    return [value for time, value in pairs if t <= time < t + cell_ms and value is not None]


def describe(cells: Cells) -> dict[str, Any]:
    return {name: part.to_columns() for name, part in cells.series.items()}


@given(st.lists(messages(), max_size=8))
def test_a_cell_holds_what_its_readings_say(found: list[StoredMessage]) -> None:
    cells = roll_up(found)
    times = [t for message in found for t in message.t]
    assert cells.t.tolist() == sorted({t // MINUTE_MS * MINUTE_MS for t in times})
    assert cells.readings.sum() == len(times)
    assert cells.anomalous.sum() == sum(sum(message.anomalous) for message in found)
    for name, part in cells.series.items():
        for index, t in enumerate(cells.t.tolist()):
            inside = expect_cell(found, t, name, MINUTE_MS)
            assert part.count[index] == len(inside)
            if inside:
                assert (part.low[index], part.high[index]) == (min(inside), max(inside))
                scale = max(map(abs, inside)) or 1.0
                share = math.fsum(value / scale / len(inside) for value in inside)
                assert abs(part.mean[index] / scale - share) <= 1e-12
                assert part.low[index] <= part.mean[index] <= part.high[index]
            else:
                assert np.isnan([part.low[index], part.high[index], part.mean[index]]).all()


@given(st.lists(messages(), max_size=8))
def test_hours_of_minutes_are_hours_of_readings(found: list[StoredMessage]) -> None:
    by_minute, by_hour = roll_up(found).gather(HOUR.cell_ms), roll_up(found, HOUR.cell_ms)
    assert by_minute.t.tolist() == by_hour.t.tolist()
    assert by_minute.readings.tolist() == by_hour.readings.tolist()
    assert by_minute.anomalous.tolist() == by_hour.anomalous.tolist()
    for name, part in by_hour.series.items():
        other = by_minute.series[name]
        np.testing.assert_array_equal(part.low, other.low)
        np.testing.assert_array_equal(part.high, other.high)
        largest = np.fmax(np.abs(part.low), np.abs(part.high))
        difference = np.abs(part.mean - other.mean)
        assert (np.isnan(difference) | (difference <= 1e-12 * largest)).all()


@given(st.lists(messages(), max_size=8), st.sampled_from((MINUTE, HOUR)))
def test_a_rollup_is_read_back_as_it_was_written(
    found: list[StoredMessage], resolution: Resolution
) -> None:
    cells = roll_up(found, resolution.cell_ms)
    rollups = cut_rollups("rig-1", cells, resolution)
    assert join_cells([rollup.cells for rollup in rollups]).t.tolist() == cells.t.tolist()
    for rollup in rollups:
        document = json.loads(json.dumps(rollup.to_document(), allow_nan=False))
        read = Rollup.from_document(document)
        assert read.to_document() == document
        for name, part in rollup.cells.series.items():
            again = read.cells.series[name]
            np.testing.assert_array_equal(again.low, part.low)
            np.testing.assert_array_equal(again.count, part.count)
            np.testing.assert_allclose(again.mean, part.mean, rtol=1e-5, atol=1e-300)


@given(st.lists(messages(), max_size=8), st.data())
def test_what_was_made_of_more_readings_stays(
    found: list[StoredMessage], draw: st.DataObject
) -> None:
    some = draw.draw(st.lists(st.sampled_from(found), unique_by=id)) if found else []
    whole, part = roll_up(found), roll_up(some)
    for renewed in (whole.renew(part), part.renew(whole)):
        assert renewed.t.tolist() == whole.t.tolist()
        assert renewed.readings.tolist() == whole.readings.tolist()


def test_newer_cells_take_the_place_of_those_at_their_time_only() -> None:
    known = roll_up([StoredMessage([0, MINUTE_MS], {"a": [1.0, 2.0]}, [None, None], 1.0, None)])
    newer = roll_up([StoredMessage([1, 2], {"b": [3.0, 4.0]}, [5.0, None], 2.0, None)])
    renewed = known.renew(newer)
    assert renewed.t.tolist() == [0, MINUTE_MS]
    assert renewed.readings.tolist() == [2, 1]
    assert describe(renewed)["a"]["max"] == [None, 2.0]
    assert describe(renewed)["b"]["max"] == [4.0, None]
    assert renewed.threshold == 1.0  # that of the newest cell


@pytest.mark.parametrize(
    "changes",
    [
        {"t": [0.5]},
        {"t": None},
        {"readings": []},
        {"resolution": "week"},
        {"resolution": 3},
        {"start": "0"},
        {"threshold": "1"},
        {"series": {"a": 3}},
        {"series": {"a": {"min": [1], "max": [1]}}},
        {"series": {"a": {"min": [1], "max": [1], "mean": ["x"]}}},
        {"series": {"a": {"min": [1], "max": [1], "mean": [{}]}}},
        {"series": {"a": {"min": [1, 2], "max": [1], "mean": [1]}}},
        {"series": {"a": {"min": [1], "max": [1], "mean": [1], "count": [1, 1]}}},
    ],
)
def test_a_damaged_rollup_is_told_of(changes: dict[str, Any]) -> None:
    message = StoredMessage([0], {"a": [1.0]}, [None], None, None)
    (rollup,) = cut_rollups("rig-1", roll_up([message]), MINUTE)
    with pytest.raises(DamagedDocumentError):
        Rollup.from_document({**rollup.to_document(), **changes})
