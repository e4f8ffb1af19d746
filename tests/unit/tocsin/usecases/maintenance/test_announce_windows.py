"""Who asked for it is told when maintenance starts and when it has ended, each once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.contract.test_incident_ports import make_window
from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tests.unit.tocsin.usecases.notifications.notify_plant import NotifyPlant, make_rule
from tocsin.domain.incidents.recurrence import Recurrence
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.triggers.outputs.live import MaintenanceMessage
from tocsin.usecases.maintenance.announce_windows import announce_windows
from tocsin.usecases.maintenance.keep_windows import remove_window, set_window


@pytest.fixture
def site() -> IncidentPlant:
    return IncidentPlant()


def window(minutes: int = 30, **changes: Any) -> Window:  # noqa: ANN401 (any field)
    starts_at, ends_at = NOW + 2 * MINUTE_MS, NOW + (2 + minutes) * MINUTE_MS
    parts: dict[str, Any] = {"recurrence": None, "starts_at": starts_at, "ends_at": ends_at}
    parts |= {"announce": True, "comment": "cleaning"}
    return make_window(**{**parts, **changes})


async def tick(site: IncidentPlant, minutes: int) -> None:
    for _ in range(minutes):
        await functions_of(site.plant.services())["announce_windows"](None)
        site.pass_minutes(1)


def told(site: IncidentPlant) -> list[str]:
    sent = [message for _, message in site.plant.live.sent if message["type"] == "maintenance"]
    assert all(msgspec.convert(message, MaintenanceMessage) for message in sent)
    return [message["text"] for message in sent]


def recorded(site: IncidentPlant) -> list[str]:
    return [part["turn"] for part in site.incidents.audit.values() if "turn" in part]


async def test_start_and_end_are_told_once_and_recorded(site: IncidentPlant) -> None:
    await set_window(window(), site.room)
    await tick(site, 2)
    assert told(site) == []
    await tick(site, 40)
    assert told(site) == [
        "maintenance of building hall-a starts (until 2026-11-22 07:53 UTC; cleaning; set by ada)",
        "maintenance of building hall-a has ended (cleaning; set by ada)",
    ]
    assert recorded(site) == ["starts", "ended"]


async def test_without_being_asked_for_nothing_is_told(site: IncidentPlant) -> None:
    await set_window(window(announce=False), site.room)
    await tick(site, 40)
    assert told(site) == recorded(site) == []


async def test_each_time_that_it_recurs_it_is_told(site: IncidentPlant) -> None:
    again = Recurrence("FREQ=DAILY", "UTC", 30 * MINUTE_MS)
    await set_window(window(recurrence=again, ends_at=None, scope=Scope()), site.room)
    for _ in range(3):
        await tick(site, 40)
        site.pass_minutes(24 * 60 - 40)
    assert [text.split(" (")[0] for text in told(site)] == [
        "maintenance of the site starts",
        "maintenance of the site has ended",
    ] * 3


async def test_a_window_that_is_taken_away_or_cut_short_has_ended(site: IncidentPlant) -> None:
    await set_window(window(), site.room)
    await tick(site, 5)
    await set_window(window(minutes=60), site.room)
    await tick(site, 5)
    assert len(told(site)) == 1, "that it is longer now is no start"
    await remove_window(
        "north", "window:night", operator="ada", room=site.room, desks=site.plant.desks
    )
    await tick(site, 5)
    assert [text.split(" (")[0].rpartition(" ")[2] for text in told(site)] == ["starts", "ended"]


async def test_what_cannot_be_recorded_is_told_by_the_next_firing(site: IncidentPlant) -> None:
    await set_window(window(), site.room)
    site.pass_minutes(3)
    site.incidents.crash_after = 0
    with pytest.raises(CrashError):
        await tick(site, 1)
    site.incidents.crash_after = None
    await tick(site, 3)
    assert recorded(site) == ["starts"]


async def test_people_who_do_not_watch_hold_up_nothing(site: IncidentPlant) -> None:
    await set_window(window(), site.room)
    site.plant.live.away = True
    await tick(site, 40)
    assert recorded(site) == ["starts", "ended"]


async def test_who_has_a_rule_for_it_is_written_to() -> None:
    site = NotifyPlant()
    await site.set(make_rule(tells_windows=True))
    await set_window(window(), site.room)
    for _ in range(40):
        await announce_windows(site.room, site.plant.desks)
        site.pass_minutes(1)
    await site.serve()
    subjects = [note.subject for _, note in site.plant.mail.sent]
    assert subjects == [
        "[north] maintenance of building hall-a starts",
        "[north] maintenance of building hall-a has ended",
    ]
