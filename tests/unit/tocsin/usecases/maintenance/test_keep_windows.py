"""Maintenance windows hold what they cover, and can be tried on the past."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.test_incident_ports import make_window
from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.usecases.maintenance.keep_windows import (
    MOST_WINDOWS,
    remove_window,
    set_window,
    try_window,
)


@pytest.fixture
def site() -> IncidentPlant:
    made = IncidentPlant()
    made.places.buildings = {"rig-1": "hall-a", "rig-2": "hall-b"}
    return made


def window(name: str = "a", *, minutes: int = 30, **changes: Any) -> Window:  # noqa: ANN401 (any field)
    ends_at = NOW + minutes * MINUTE_MS
    return make_window(name, recurrence=None, ends_at=ends_at, **changes)


async def test_a_window_that_ends_while_the_fault_is_there_announces_it_once(
    site: IncidentPlant,
) -> None:
    await set_window(window(), site.room)
    await site.raise_on("rig-1")
    await site.tend(minutes=29)
    assert site.only().suppression.reasons == ("maintenance",)
    assert site.only().announced_at is None
    await site.tend(minutes=2)
    await site.tend(minutes=2)
    assert site.story() == ["opened", "held", "released", "announced"]


async def test_what_ends_inside_a_window_closes_in_silence(site: IncidentPlant) -> None:
    await set_window(window(minutes=60), site.room)
    await site.raise_on("rig-1")
    await site.clear_on("rig-1")
    await site.tend(minutes=16)
    await site.tend(minutes=60)
    assert site.only().handling.state == "closed"
    assert site.only().announced_at is None


async def test_overlapping_windows_count_as_one(site: IncidentPlant) -> None:
    await set_window(window("a", minutes=30), site.room)
    await set_window(
        window("b", minutes=60, starts_at=NOW + 20 * MINUTE_MS, scope=Scope()), site.room
    )
    await site.raise_on("rig-1")
    for minutes in (1, 20, 20, 15):
        await site.tend(minutes=minutes)
        assert site.only().announced_at is None
    await site.tend(minutes=10)
    assert site.story() == ["opened", "held", "released", "announced"]


async def test_a_device_outside_the_window_is_news(site: IncidentPlant) -> None:
    await set_window(window(), site.room)
    await site.raise_on("rig-2")
    await site.tend(minutes=1)
    assert site.only().announced_at is not None


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (Scope(), True),
        (Scope("device", "rig-1"), True),
        (Scope("device", "rig-2"), False),
        (Scope("profile", "rig"), True),
        (Scope("profile", "pump"), False),
        (Scope("building", "hall-a"), True),
        (Scope("building", "hall-b"), False),
    ],
)
async def test_a_window_covers_what_its_scope_says(
    site: IncidentPlant,
    scope: Scope,
    holds: bool,
) -> None:
    await set_window(window(scope=scope), site.room)
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    assert site.only().suppression.is_held == holds


async def test_taking_a_window_away_releases_what_it_held(site: IncidentPlant) -> None:
    kept = window(kind="out of service", scope=Scope("device", "rig-1"))
    await set_window(kept, site.room)
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    assert site.only().suppression.reasons == ("out of service",)
    await remove_window(
        "north", kept.window_id, operator="ada", room=site.room, desks=site.plant.desks
    )
    await site.tend()
    assert site.only().announced_at is not None
    with pytest.raises(NotFoundError):
        await remove_window(
            "north", kept.window_id, operator="ada", room=site.room, desks=site.plant.desks
        )
    changes = [each for each in site.incidents.audit.values() if each["type"] == "window"]
    assert [(each["before"] is None, each["after"] is None) for each in changes] == [
        (True, False),
        (False, True),
    ]


async def test_a_window_tried_on_the_past_says_what_it_would_have_held(
    site: IncidentPlant,
) -> None:
    await site.raise_on("rig-1", "rig-2")
    await site.tend(minutes=1)
    await site.join(raise_alert("rig-3", NOW + 9))
    trial = await try_window(window(minutes=5), 30, site.room)
    assert trial.looked_at == 2, "what was never announced would not have been either"
    assert [each.process.device_ids for each in trial.held] == [("rig-1",)]
    assert not trial.cut
    site.pass_minutes(2 * 24 * 60)
    assert (await try_window(window(minutes=5), 1, site.room)).looked_at == 0
    assert (await site.incidents.load_site("north")).windows == ()


async def test_a_site_takes_only_so_many_windows(site: IncidentPlant) -> None:
    for n in range(MOST_WINDOWS):
        await site.incidents.save_window(await site.incidents.load_site("north"), window(f"{n}"))
    with pytest.raises(InvalidRequestError, match="remove those that are over"):
        await set_window(window("more"), site.room)
    await set_window(window("7", minutes=5), site.room)
