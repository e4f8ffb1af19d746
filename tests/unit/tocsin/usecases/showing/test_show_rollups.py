"""Long ranges: how finely, and complete up to now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.records import decided_message
from tests.fakes.services import Plant
from tocsin.domain.charts.rolled_chart import choose_resolution, choose_step
from tocsin.domain.charts.rollup import DAY_MS, HOUR, HOUR_MS, MINUTE, MINUTE_MS
from tocsin.domain.charts.rollup_progress import Arrival
from tocsin.usecases.rollups import find_cells
from tocsin.usecases.rollups.roll_up import roll_up
from tocsin.usecases.showing.show_readings import MOST_READINGS, show_readings

START = 20_000 * DAY_MS
END = START + 3 * DAY_MS + 7 * MINUTE_MS
STEP_MS = 2 * MINUTE_MS
TIMES = range(START, END, STEP_MS)


@pytest.fixture
async def plant() -> Plant:
    """Three days of a device, rolled up until a moment before the end; one reading is odd."""
    plant = Plant()
    messages = [
        decided_message([t], channels={"heat_c": [99.0 if t == START + DAY_MS else 20.0]})
        for t in TIMES
    ]
    await plant.store.save_readings(messages)
    arrivals = [Arrival.from_document(message.to_document()) for message in messages]
    await roll_up(arrivals, rollups=plant.rollups, memory=plant.rollup_memory)
    return plant


async def show(plant: Plant, from_t: int, to_t: int, most: int = 500) -> dict[str, Any]:
    return await show_readings(
        "rig-1", from_t=from_t, to_t=to_t, most=most, now_ms=END,
        fleet=plant.store, rollups=plant.rollups,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("span_ms", "most", "expected"),
    [
        (HOUR_MS, 500, None),
        (2 * HOUR_MS, 2, None),
        (2 * HOUR_MS + 1, 500, MINUTE),
        (DAY_MS, 500, MINUTE),
        (2 * DAY_MS, 500, MINUTE),
        (2 * DAY_MS, 48, HOUR),
        (2 * DAY_MS + 1, 5_000, HOUR),
        (30 * DAY_MS, 500, HOUR),
    ],
)
def test_the_resolution_follows_from_the_range(span_ms: int, most: int, expected: Any) -> None:  # noqa: ANN401 (a Resolution or None)
    assert choose_resolution(span_ms, most) is expected


@given(
    st.integers(0, 10**13), st.integers(0, 10**12), st.integers(2, 5_000),
    st.sampled_from((MINUTE.cell_ms, HOUR.cell_ms)),
)  # fmt: skip
def test_points_are_never_more_than_asked_for(
    first: int, span_ms: int, most: int, cell_ms: int
) -> None:
    step = choose_step(span_ms, most, cell_ms)
    assert step % cell_ms == 0
    assert (first + span_ms) // step - first // step + 1 <= most


@pytest.mark.parametrize(("days", "resolution"), [(1, "minute"), (3, "hour")])
async def test_a_long_range_has_every_reading_and_every_peak(
    plant: Plant, days: int, resolution: str
) -> None:
    from_t = END - days * DAY_MS
    from_t -= from_t % HOUR_MS
    found = await show(plant, from_t, END)
    assert found["resolution"] == resolution
    assert found["until"] == END
    expected = sum(from_t <= t <= END for t in TIMES)
    assert found["readings"] == sum(found["points"]["readings"]) == expected
    heat = found["series"]["heat_c"]
    assert max(heat["max"]) == (99.0 if days == 3 else 20.0)
    assert all(
        low <= mean <= high
        for low, mean, high in zip(heat["min"], heat["mean"], heat["max"], strict=True)
    )
    assert len(heat["t"]) <= 500
    assert heat["t"] == sorted(set(heat["t"]))
    assert found["threshold"] == 1.0


async def test_few_points_still_have_every_reading(plant: Plant) -> None:
    found = await show(plant, START, END, most=3)
    assert len(found["points"]["t"]) <= 3
    assert found["readings"] == len(TIMES)


async def test_the_readings_read_for_a_long_range_are_few(plant: Plant) -> None:
    wanted: list[int] = []
    readings = plant.store.readings

    class Watched:
        async def readings(self, device_id: str, *, from_t: int, to_t: int, most: int) -> Any:  # noqa: ANN401 (as the store)
            wanted.append(to_t - from_t)
            return await readings(device_id, from_t=from_t, to_t=to_t, most=most)

    await show_readings(
        "rig-1", from_t=START, to_t=END, most=500, now_ms=END,
        fleet=Watched(), rollups=plant.rollups,  # type: ignore[arg-type]  # all that is asked for
    )  # fmt: skip
    assert wanted[0] <= 25 * MINUTE_MS


async def test_many_readings_are_shown_by_minutes_not_refused() -> None:
    plant = Plant()
    often = [
        decided_message(range(first, first + 1_000), seq=seq)
        for seq, first in enumerate(range(0, MOST_READINGS + 1_000, 1_000))
    ]
    await plant.store.save_readings(often)
    arrivals = [Arrival.from_document(message.to_document()) for message in often]
    await roll_up(arrivals, rollups=plant.rollups, memory=plant.rollup_memory)
    found = await show(plant, 0, HOUR_MS)
    assert found["resolution"] == "minute"
    assert found["until"] == -1  # too many readings that nothing has rolled up
    late = decided_message([30 * MINUTE_MS])
    await plant.store.save_readings([late])
    arrivals = [Arrival.from_document(late.to_document())]
    await roll_up(arrivals, rollups=plant.rollups, memory=plant.rollup_memory)
    found = await show(plant, 0, HOUR_MS)
    assert (found["resolution"], found["until"]) == ("minute", HOUR_MS)
    assert found["readings"] == MOST_READINGS + 1_001
    assert find_cells.MOST_READINGS >= 20 * 60 * 10  # the unrolled part at ten readings a second
