from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.messages import NOW, reading_message, stream
from tests.fakes.services import Plant
from tests.fakes.store import FakeStore
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.showing.show_readings import LARGEST_MAX, show_readings


async def shown(plant: Plant, device_id: str = "rig-1", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any parameter)
    wanted: dict[str, Any] = {"from_t": None, "to_t": None, "most": 100, "now_ms": NOW, **changes}
    return await show_readings(device_id, fleet=plant.store, rollups=plant.rollups, **wanted)


@pytest.fixture
async def plant() -> Plant:
    plant = Plant()
    await plant.score(stream([10] * 20, odd=[123]))
    return plant


async def test_every_channel_and_the_score_are_series(plant: Plant) -> None:
    found = await shown(plant, most=1_000)
    assert found["readings"] == 200
    assert set(found["series"]) == {"speed_rpm", "heat_c", "score"}
    for series in found["series"].values():
        assert len(series["t"]) == len(series["values"]) == 200
        assert series["t"] == sorted(series["t"])
    assert found["series"]["score"]["values"][:6] == [
        *[None] * 5,
        plant.store.all("readings")[0]["score"][5],
    ]
    assert found["threshold"] == plant.store.all("readings")[-1]["threshold"] > 10.0


async def test_few_points_still_show_the_peak(plant: Plant) -> None:
    found = await shown(plant, most=10)
    series = found["series"]["heat_c"]
    assert len(series["values"]) <= 10
    assert max(series["values"]) > 40
    assert found["readings"] == 200


async def test_only_the_range_is_shown_both_ends_included(plant: Plant) -> None:
    times = [t for one in plant.store.all("readings") for t in one["t"]]
    found = await shown(plant, from_t=times[15], to_t=times[31])
    assert found["series"]["heat_c"]["t"] == times[15:32]
    assert (found["from"], found["to"], found["readings"]) == (times[15], times[31], 17)


async def test_the_last_hour_is_the_default(plant: Plant) -> None:
    found = await shown(plant)
    assert (found["from"], found["to"]) == (NOW - 3_600_000, NOW)


async def test_an_unknown_device_has_no_readings(plant: Plant) -> None:
    found = await shown(plant, "nobody")
    assert found["readings"] == 0
    assert found["threshold"] is None
    assert found["series"] == {"score": {"t": [], "values": []}}


async def test_missing_values_are_gaps() -> None:
    plant = Plant()
    await plant.score([reading_message(0, [NOW - 1, NOW], [[None, 1.0], [None, None]])])
    found = await shown(plant)
    assert found["series"]["speed_rpm"]["values"] == [None, None]
    assert found["series"]["heat_c"]["values"] == [1.0, None]


@pytest.mark.parametrize(
    "changes",
    [
        {"from_t": 5, "to_t": 5},
        {"from_t": 6, "to_t": 5},
        {"from_t": NOW + 1},
        {"from_t": -(10**30)},
        {"to_t": 10**30},
        {"most": 1},
        {"most": 0},
        {"most": -1},
        {"most": LARGEST_MAX + 1},
    ],
)
async def test_a_range_or_size_out_of_bounds_is_refused(
    plant: Plant, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError):
        await shown(plant, **changes)


async def test_what_has_no_score_says_why_and_what_came_late_is_counted() -> None:
    log = stream([8] * 6, odd=range(25, 31))
    plant = Plant()
    await plant.score([log[0], log[5]])
    for late in (log[3], log[2], log[1], log[4]):
        await plant.score([late])
    found = await shown(plant)
    first, every = log_times(log[0]), [t for message in log for t in log_times(message)]
    assert found["readings"] == len(every)
    scored = [value for value in found["series"]["score"]["values"] if value is not None]
    told = {each["reason"]: each for each in found["notScored"]}
    assert sum(each["readings"] for each in found["notScored"]) == len(every) - len(scored)
    assert told["no-window"]["from"] == first[0]
    assert found["late"]["readings"] == 32
    assert found["late"]["anomalous"] > 0
    assert plant.store.all("alerts") == []


async def test_late_readings_without_a_window_say_that_they_are_late() -> None:
    log = stream([4] * 8)
    plant = Plant()
    await plant.score(log[7:])
    await plant.score(log[:1])
    found = await shown(plant)
    (late,) = (each for each in found["notScored"] if each["reason"] == "late")
    times = log_times(log[0])
    assert (late["from"], late["to"], late["readings"]) == (times[0], times[-1], 4)
    assert "once no more comes it is judged for alerts" in late["text"]
    assert found["late"] == {"readings": 4, "anomalous": 0}
    some = await shown(plant, from_t=times[1], to_t=times[2])
    assert [each["readings"] for each in some["notScored"]] == [2]
    assert some["late"]["readings"] == 2


def log_times(message: Envelope) -> list[int]:
    times: list[int] = json.loads(message.body)["t"]
    return times


class NotingTimes(list[int]):
    """Event times that note which threads go through them."""

    threads: set[int]

    def __iter__(self) -> Iterator[int]:
        self.threads.add(threading.get_ident())
        return super().__iter__()


class OneMessageStore(FakeStore):
    """Every device has the one message."""

    def __init__(self, message: StoredMessage) -> None:
        super().__init__()
        self.message = message

    async def readings(
        self,
        device_id: str,
        *,
        from_t: int,
        to_t: int,
        most: int,
    ) -> list[StoredMessage]:
        return [self.message]


async def test_a_chart_is_drawn_off_the_event_loop() -> None:
    times = NotingTimes([NOW - 1, NOW])
    times.threads = set()
    store = OneMessageStore(StoredMessage(times, {"heat_c": [1.0, 2.0]}, [None, 0.5], 1.0, "1-a"))
    found = await shown(Plant(store=store))
    assert found["series"]["heat_c"] == {"t": [NOW - 1, NOW], "values": [1.0, 2.0]}
    assert times.threads
    assert threading.get_ident() not in times.threads
