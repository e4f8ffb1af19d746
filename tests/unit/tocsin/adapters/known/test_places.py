"""Where devices stand is known for minutes, and longer while the hub is away."""

from __future__ import annotations

from tests.fakes.twins import FakeTwins
from tocsin.adapters.known.places import REFRESH_S, RETRY_S, KnownPlaces
from tocsin.domain.devices.places import Place


class Clock:
    """Seconds, passed by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def hub() -> FakeTwins:
    twins = FakeTwins()
    twins.add("rig-1", "north", building="hall-a")
    twins.add("rig-2", "north")
    twins.add("rig-3", "north", building=7)
    return twins


async def test_buildings_are_read_from_the_twins_and_kept() -> None:
    twins, clock = hub(), Clock()
    places = KnownPlaces(twins, clock_s=clock)
    assert await places.list_buildings("north") == {"rig-1": "hall-a"}
    twins.add("rig-4", "north", building="hall-b")
    assert await places.list_buildings("north") == {"rig-1": "hall-a"}
    clock.now_s = REFRESH_S
    assert await places.list_buildings("north") == {"rig-1": "hall-a", "rig-4": "hall-b"}


async def test_floors_are_read_with_their_buildings() -> None:
    twins = hub()
    twins.add("rig-5", "north", building="hall-b", floor="upper")
    places = KnownPlaces(twins, clock_s=Clock())
    assert await places.list_places("north") == {
        "rig-1": Place("hall-a"),
        "rig-5": Place("hall-b", "upper"),
    }


async def test_what_was_read_counts_while_the_hub_is_away() -> None:
    twins, clock = hub(), Clock()
    places = KnownPlaces(twins, clock_s=clock)
    await places.list_buildings("north")
    twins.away = {"everyone"}
    clock.now_s = REFRESH_S
    assert await places.list_buildings("north") == {"rig-1": "hall-a"}


async def test_a_hub_that_is_away_is_asked_again_soon_and_not_at_once() -> None:
    twins, clock = hub(), Clock()
    twins.away = {"everyone"}
    places = KnownPlaces(twins, clock_s=clock)
    assert await places.list_buildings("north") == {}
    twins.away = set()
    assert await places.list_buildings("north") == {}
    clock.now_s = RETRY_S
    assert await places.list_buildings("north") == {"rig-1": "hall-a"}
