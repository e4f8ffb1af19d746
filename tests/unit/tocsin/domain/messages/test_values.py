from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, PROFILES, document, envelope
from tocsin.domain.messages.bad_values import Cell, LastBad, count_bad
from tocsin.domain.messages.decode import decode
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.messages.values import check_values
from tocsin.domain.profile import parse_profile


def decoded(body: bytes | dict[str, Any]) -> Message:
    return decode(envelope(body), PROFILES, now_ms=NOW)


# What stands in a cell, as JSON, and what is kept of it.
BAD: dict[str, Cell] = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e999": "inf",
    "-1e999": "-inf",
    "1e16": 1e16,
    "1e301": "1e+301",
    "100.1": 100.1,
    "-100.1": -100.1,
    "-127": -127,
    "65535": 65535,
    "-999": -999,
    "true": "True",
    '"20"': "20",
    '"20,5"': "20,5",
    '"#N/A"': "#N/A",
    '""': "",
    "[20]": "[20]",
    "{}": "{}",
    '"\\ud800"': "\\ud800",
    "1" + "0" * 400: "100000000000...0000000000000",
}


@pytest.mark.parametrize("literal", BAD)
def test_a_bad_cell_costs_itself_alone_and_is_kept(literal: str) -> None:
    body = document(
        t=[NOW - 2, NOW - 1, NOW], channels={"speed_rpm": [1, 777, 3], "heat_c": [4.5, 5, 6]}
    )
    message = decoded(json.dumps(body).replace("777", literal).encode())
    np.testing.assert_array_equal(message.values, [[1, 4.5], [np.nan, 5], [3, 6]])
    assert message.channels == {"speed_rpm": [1, None, 3], "heat_c": [4.5, 5, 6]}
    assert list(message.bad) == ["speed_rpm"]
    assert message.bad["speed_rpm"].to_document() == {"at": [1], "values": [BAD[literal]]}
    json.dumps(message.bad["speed_rpm"].to_document(), allow_nan=False).encode("utf-8")


def test_a_long_text_is_kept_in_short() -> None:
    kept = decoded(document(channels={"heat_c": ["x" * 5_000]})).bad["heat_c"].values
    assert len(str(kept[0])) <= 30


def test_the_limits_themselves_are_values() -> None:
    message = decoded(document(channels={"speed_rpm": [-100], "heat_c": [100]}))
    assert message.values.tolist() == [[-100, 100]]
    assert not message.bad


def test_an_error_value_between_the_limits_is_none_of_the_machine() -> None:
    probe = parse_profile(
        {
            "name": "room", "title": "Room", "period_s": 1, "window": 4,
            "channels": [
                {"name": "heat_c", "title": "", "unit": "°C", "low": -40, "high": 85,
                 "error_values": [85, 0]},
                {"name": "wet_pct", "title": "", "unit": "%", "low": 0, "high": 100},
            ],
        }
    )  # fmt: skip
    found = check_values({"heat_c": [85.0, 84.9, 0], "wet_pct": [85, 0, 1]}, probe, 3)
    np.testing.assert_array_equal(
        found.array, np.array([[np.nan, 85], [84.9, 0], [np.nan, 1]], dtype=np.float32)
    )
    assert found.bad["heat_c"].to_document() == {"at": [0, 2], "values": [85.0, 0]}
    assert found.bad.keys() == {"heat_c"}


@dataclass(frozen=True)
class Known:
    """A cell of which is known whether it is a value."""

    cell: object
    good: bool


good_cells = st.builds(Known, st.integers(-100, 100) | st.floats(-100, 100), st.just(True))
bad_cells = st.builds(
    Known,
    st.floats(min_value=100, exclude_min=True)
    | st.floats(max_value=-100, exclude_max=True)
    | st.integers(101)
    | st.booleans()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2),
    st.just(False),
)
cells = good_cells | bad_cells | st.just(Known(None, good=True))


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_whatever_stands_in_cells_each_good_one_counts_and_each_bad_one_is_missing(
    rows: list[tuple[Known, Known]],
) -> None:
    columns = dict(zip(("speed_rpm", "heat_c"), zip(*rows, strict=True), strict=True))
    times = list(range(NOW - len(rows) + 1, NOW + 1))
    sent = {name: [known.cell for known in column] for name, column in columns.items()}
    message = decoded(document(t=times, channels=sent))
    for index, (name, column) in enumerate(columns.items()):
        expected = [known.cell if known.good else None for known in column]
        assert message.channels[name] == expected
        np.testing.assert_array_equal(
            message.values[:, index], np.array(expected, dtype=np.float64).astype(np.float32)
        )
        bad = [at for at, known in enumerate(column) if not known.good]
        assert list(message.bad[name].at if bad else ()) == bad
        assert (name in message.bad) == bool(bad)


def test_bad_cells_are_counted_over_messages_and_the_newest_is_known() -> None:
    first = decoded(document(t=[NOW - 1, NOW], channels={"heat_c": [-127, 999]}))
    second = decoded(document(channels={"speed_rpm": [500], "heat_c": [-127]}))
    known = count_bad({}, first.bad, first.times)
    assert known == {"heat_c": LastBad(999, NOW, 2)}
    known = count_bad(known, second.bad, second.times)
    assert known == {"heat_c": LastBad(-127, NOW, 3), "speed_rpm": LastBad(500, NOW, 1)}
    assert count_bad(known, {}, [NOW]) is known
    assert LastBad.from_document(LastBad("NaN", 5, 1).to_document()) == LastBad("NaN", 5, 1)
