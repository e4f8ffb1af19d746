"""When the devices of a fleet begin."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device_sim.devices.simulation import ALL_AT_ONCE, COMING_A_SECOND, find_turn


@given(st.integers(0, ALL_AT_ONCE - 1), st.integers(1, 60_000), st.floats(1, 100))
def test_a_fleet_of_a_usual_size_begins_at_once(place: int, batch_ms: int, speed: float) -> None:
    assert find_turn(place, ALL_AT_ONCE, batch_ms, speed=speed) == 0


@given(st.integers(ALL_AT_ONCE + 1, 5_000), st.integers(1, 300), st.floats(1, 100))
def test_of_a_large_fleet_so_many_begin_a_second(devices: int, tenths: int, speed: float) -> None:
    batch_ms = 100 * tenths
    turns = [find_turn(place, devices, batch_ms, speed=speed) for place in range(devices)]
    assert turns == sorted(turns)
    assert all(turn % batch_ms == 0 for turn in turns)
    for place, turn in enumerate(turns):
        due_ms = place / COMING_A_SECOND * 1_000 * speed
        assert due_ms - batch_ms - 1 <= turn <= due_ms
