"""One suite for every implementation of the ports of incidents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from local.endpoints import Endpoints
from tests.contract.fenced_ports import open_nothing, open_sites
from tests.contract.implementations import each
from tests.contract.ports import ODD_SITES
from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.incidents import FakeIncidents
from tests.fakes.messages import NOW
from tocsin.adapters.cosmos.incidents import CosmosIncidents
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.domain.incidents.actions import Act, acknowledge, shelve
from tocsin.domain.incidents.documents import write_audits
from tocsin.domain.incidents.handling import Handling
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.join import Moment, Surroundings, join_alert
from tocsin.domain.incidents.policy import DEFAULT_POLICY
from tocsin.domain.incidents.recurrence import Recurrence
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.domain.incidents.sources import TopChannel
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.usecases.ports.incidents import Incidents

BY = Act("ada", NOW + 5, "mine")


@dataclass
class Book:
    """The port, and a look into the audit."""

    incidents: Incidents
    read_audit: Callable[[], Awaitable[dict[str, Any]]]


@asynccontextmanager
async def fake_book(_: Endpoints) -> AsyncIterator[Book]:
    incidents = FakeIncidents()

    async def read_audit() -> dict[str, Any]:
        return incidents.audit

    yield Book(incidents, read_audit)


@asynccontextmanager
async def cosmos_book(endpoints: Endpoints) -> AsyncIterator[Book]:
    async with open_sites(endpoints, ["incidents"]) as sites:
        yield Book(CosmosIncidents(sites.client, sites.name), sites.read_audit)


@asynccontextmanager
async def fake_away(_: Endpoints) -> AsyncIterator[Incidents]:
    incidents = FakeIncidents()
    incidents.away = True
    yield incidents


@asynccontextmanager
async def cosmos_away(_: Endpoints) -> AsyncIterator[Incidents]:
    async with open_nothing() as client:
        yield CosmosIncidents(client, "tocsin")


book = each(fake=(fake_book, None), cosmos=(cosmos_book, "cosmos"))
away = each(fake=(fake_away, None), cosmos=(cosmos_away, None))


def make_incident(
    device_id: str = "rig-1", t: int = NOW, *, site_id: str = "north", building: str = "hall-a"
) -> Incident:
    moment = Moment(Surroundings({device_id: building}), DEFAULT_POLICY, NOW)
    top = (TopChannel("heat_c", 0.75, 71.9, 20.0, 60.0), TopChannel("speed_rpm", 0.25))
    opened = join_alert((), raise_alert(device_id, t, site_id=site_id), top, moment)
    assert opened is not None
    return opened


def make_window(name: str = "night", **changes: Any) -> Window:  # noqa: ANN401 (any field)
    again = Recurrence("FREQ=DAILY", "Europe/Berlin", 3_600_000)
    window = Window(
        f"window:{name}", "north", "maintenance", Scope("building", "hall-a"), NOW, None, again,
        "every night", "ada", NOW,
    )  # fmt: skip
    return replace(window, **changes)


async def save(book: Book, *incidents: Incident) -> None:
    site_id = incidents[0].site_id if incidents else "north"
    await book.incidents.save_incidents(await book.incidents.load_site(site_id), incidents)


async def test_an_incident_is_read_as_it_was_saved(book: Book) -> None:
    opened = make_incident()
    whole = shelve(acknowledge(opened, BY), BY, until=NOW + 9_000, once=True, policy=DEFAULT_POLICY)
    ended = replace(whole, announced_at=NOW + 7, handling=Handling("closed", "ada", 9, forced=True))
    await save(book, whole)
    assert await book.incidents.find_incident("north", whole.incident_id) == whole
    await save(book, ended)
    assert await book.incidents.find_incident("north", whole.incident_id) == ended
    assert await book.incidents.find_incident("north", "none") is None
    assert await book.incidents.find_incident("south", whole.incident_id) is None
    assert await book.incidents.find_incident("north", "../x") is None


async def test_a_site_is_loaded_with_what_is_live_and_its_windows(book: Book) -> None:
    live, settled = make_incident(), replace(make_incident("rig-2"), settled_at=NOW)
    await save(book, live, settled)
    window = make_window()
    await book.incidents.save_window(await book.incidents.load_site("north"), window)
    site = await book.incidents.load_site("north")
    assert site.incidents == (live,)
    assert site.windows == (window,)
    assert (await book.incidents.load_site("south")).incidents == ()
    await book.incidents.delete_window(site, "window:other")
    await book.incidents.delete_window(site, window.window_id)
    assert (await book.incidents.load_site("north")).windows == ()


async def test_a_window_is_read_as_it_was_saved(book: Book) -> None:
    once = make_window("once", ends_at=NOW + 9, recurrence=None, scope=Scope())
    await book.incidents.save_window(await book.incidents.load_site("north"), once)
    assert (await book.incidents.load_site("north")).windows == (once,)


async def test_sites_whose_windows_are_announced_are_found(book: Book) -> None:
    for site_id in ODD_SITES:
        window = make_window(site_id=site_id, announce=site_id != ODD_SITES[0], told=True)
        await book.incidents.save_window(await book.incidents.load_site(site_id), window)
        assert (await book.incidents.load_site(site_id)).windows == (window,)
    assert set(await book.incidents.list_announcing_sites()) == {*ODD_SITES[1:]}


async def test_of_two_who_decided_from_the_same_state_one_succeeds(book: Book) -> None:
    first = await book.incidents.load_site("north")
    after = await book.incidents.save_incidents(first, [make_incident("rig-1")])
    with pytest.raises(ChangedMeanwhileError):
        await book.incidents.save_incidents(first, [make_incident("rig-2")])
    with pytest.raises(ChangedMeanwhileError):
        await book.incidents.save_window(first, make_window())
    await book.incidents.save_incidents(after, [make_incident("rig-3")])
    with pytest.raises(ChangedMeanwhileError):
        await book.incidents.save_incidents(after, [make_incident("rig-4")])
    found = (await book.incidents.load_site("north")).incidents
    assert {incident.process.device_ids for incident in found} == {("rig-1",), ("rig-3",)}


async def test_sites_do_not_get_in_each_others_way(book: Book) -> None:
    for site_id in ODD_SITES:
        await save(book, make_incident(site_id=site_id))
    assert set(await book.incidents.list_live_sites()) == set(ODD_SITES)
    for site_id in ODD_SITES:
        assert len((await book.incidents.load_site(site_id)).incidents) == 1


async def test_a_site_without_live_incidents_needs_no_tending(book: Book) -> None:
    await save(book, replace(make_incident(), settled_at=NOW))
    assert await book.incidents.list_live_sites() == []


async def test_alerts_are_known_for_ever(book: Book) -> None:
    alert = raise_alert("rig-1", NOW)
    await save(book, replace(make_incident(), settled_at=NOW))
    unknown = clear_alert("rig-2", NOW, NOW + 1).alert_id
    ids = [alert.alert_id, unknown]
    assert await book.incidents.find_settled("north", ids) == {alert.alert_id}
    assert await book.incidents.find_settled("south", ids) == frozenset()
    assert await book.incidents.find_settled("north", []) == frozenset()


async def test_incidents_are_listed_newest_first_a_page_at_a_time(book: Book) -> None:
    made = [make_incident(f"rig-{n}", NOW + n) for n in range(5)]
    made[1] = acknowledge(made[1], BY)
    made[2] = replace(made[2], severity="high")
    await save(book, *made)
    await book.incidents.save_window(await book.incidents.load_site("north"), make_window())

    async def find(**wanted: Any) -> list[int]:  # noqa: ANN401 (any field)
        page = await book.incidents.list_incidents(IncidentQuery("north", **wanted))
        return [made.index(incident) for incident in page.incidents]

    assert await find() == [4, 3, 2, 1, 0]
    assert await find(states=frozenset({"acknowledged"})) == [1]
    assert await find(states=frozenset({"unacknowledged", "closed"})) == [4, 3, 2, 0]
    assert await find(severity="high") == [2]
    assert await find(device_id="rig-3") == [3]
    first = await book.incidents.list_incidents(IncidentQuery("north", most=3))
    assert first.older == made[2].incident_id
    assert await find(before=first.older) == [1, 0]
    last = await book.incidents.list_incidents(IncidentQuery("north", most=5))
    assert last.older is None


async def test_recording_again_changes_nothing(book: Book) -> None:
    documents = write_audits(make_incident())
    await book.incidents.record(documents)
    await book.incidents.record(documents)
    audit = await book.read_audit()
    assert [*audit] == [documents[0]["id"]]
    assert audit[documents[0]["id"]]["what"] == "opened"


async def test_what_can_never_be_saved_is_refused_and_nothing_of_it_stays(book: Book) -> None:
    site = await book.incidents.load_site("north")
    bad = replace(make_incident("rig-2"), incident_id="a/b")
    with pytest.raises(RefusedError):
        await book.incidents.save_incidents(site, [make_incident(), bad])
    assert (await book.incidents.load_site("north")).incidents == ()


async def test_a_database_that_is_away_is_said_by_every_call(away: Incidents) -> None:
    incident = make_incident()
    for call in (
        lambda: away.load_site("north"),
        lambda: away.find_settled("north", ["x"]),
        lambda: away.find_incident("north", incident.incident_id),
        lambda: away.list_incidents(IncidentQuery("north")),
        away.list_live_sites,
        lambda: away.record(write_audits(incident)),
    ):
        with pytest.raises(DeliveryError):
            await call()
