"""Rows of numbers come back from their bytes bit for bit, whatever they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tocsin.domain.packing.rows import Rows, read_rows

decimals = st.builds(round, st.floats(-1e6, 1e6), st.integers(0, 7))
single = st.floats(width=32, allow_nan=False, allow_infinity=False)
any_number = st.floats() | decimals | single | st.integers(-(2**53), 2**53).map(float)


@st.composite
def tables(draw: st.DrawFn) -> NDArray[np.float64]:
    """Rows of one kind each, or of anything."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 20)))
    rows = [
        draw(arrays.arrays(np.float64, shape[1], elements=draw(st.sampled_from(ELEMENTS))))
        for _ in range(shape[0])
    ]
    return np.array(rows)


ELEMENTS = (any_number, decimals, decimals | st.just(math.nan), single, st.integers(0, 300))


def assert_same(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    missing = np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(found), missing)
    np.testing.assert_array_equal(found[~missing].view(np.int64), expected[~missing].view(np.int64))


@given(tables())
def test_rows_come_back_bit_for_bit(table: NDArray[np.float64]) -> None:
    assert_same(read_rows(Rows(table).write(0, len(table)), *table.shape), table)


@given(tables(), st.data())
def test_rows_are_cut_from_those_of_others(table: NDArray[np.float64], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(table)))
    end = data.draw(st.integers(first, len(table)))
    written = Rows(table).write(first, end)
    assert written == Rows(table[first:end]).write(0, end - first) if end > first else not written
    assert_same(read_rows(written, end - first, table.shape[1]), table[first:end])


@pytest.mark.parametrize(
    "row",
    [
        [-0.0, 0.0, 1.5],
        [math.inf, -math.inf, math.nan],
        [5e-324, 1.7976931348623157e308, -1.7976931348623157e308],
        [0.1 + 0.2, 0.3, 1 / 3],
        [float(2**53), float(-(2**53)), 1e300],
        [float(np.float32(0.0547)), float(np.float32(3e38)), float(np.float32(1e-45))],
        [math.nan] * 3,
        [9e15, 9.007199254740991, 0.000000001],
    ],
)
def test_what_is_no_decimal_number_keeps_its_bits(row: list[float]) -> None:
    table = np.array([row, [1.0, 2.0, 3.0]])
    assert_same(read_rows(Rows(table).write(0, 2), 2, 3), table)


def test_a_sensor_in_steps_takes_a_byte_a_value() -> None:
    """0.327927 is one step of a pump's pressure sensor: as digits it takes nine bytes."""
    steps = np.random.default_rng(1).integers(-60, 60, size=(1, 200))
    table = np.round(0.054711 + 0.327927 * steps, 6)
    assert len(Rows(table).write(0, 1)) < 220


def test_times_that_go_on_evenly_take_a_byte_a_reading() -> None:
    assert len(Rows(np.arange(0.0, 1e6, 1_000.0)[np.newaxis]).write(0, 1)) < 1_010


@given(st.binary(max_size=60), st.integers(0, 4), st.integers(1, 9))
def test_bytes_of_something_else_are_refused_or_read_as_numbers(
    content: bytes, rows: int, readings: int
) -> None:
    try:
        found = read_rows(content, rows, readings)
    except ValueError:
        return
    assert found.shape == (rows, readings)
