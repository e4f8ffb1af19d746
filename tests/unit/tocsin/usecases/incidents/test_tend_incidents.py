"""By the clock, incidents are announced, held, released, closed and settled."""

from __future__ import annotations

import pytest

from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.errors import DeliveryError
from tocsin.domain.incidents.actions import Act, acknowledge, close, shelve
from tocsin.domain.incidents.incident import Incident
from tocsin.usecases.incidents.act_on_incident import act_on_incident


@pytest.fixture
def site() -> IncidentPlant:
    return IncidentPlant()


async def act(site: IncidentPlant, what: str, **how: object) -> Incident:
    by = Act("ada", site.now_ms)

    def change(incident: Incident) -> Incident:
        if what == "shelve":
            minutes, once = how.get("minutes", 30), bool(how.get("once"))
            assert isinstance(minutes, int)
            until = site.now_ms + minutes * MINUTE_MS
            return shelve(incident, by, until=until, once=once, policy=site.room.policy)
        if what == "close":
            return close(incident, by, force=bool(how.get("force")))
        return acknowledge(incident, by)

    return await act_on_incident("north", site.only().incident_id, change, site.room)


async def test_it_is_announced_once_when_it_lasts(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await site.tend()
    assert site.only().announced_at is None
    await site.tend(minutes=1)
    assert site.only().announced_at == site.now_ms
    await site.clear_on("rig-1")
    await site.tend(minutes=1)
    await site.raise_on("rig-1", t=NOW + 10)
    await site.tend(minutes=1)
    assert site.story().count("announced") == 1


async def test_what_clears_at_once_is_never_announced(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await site.clear_on("rig-1")
    for _ in range(3):
        await site.tend(minutes=16)
    assert site.story() == ["opened", "cleared", "closed"]
    assert not site.only().is_live


async def test_tending_again_writes_nothing(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    before = site.incidents.writes
    assert (await site.tend()).changed == 0
    assert site.incidents.writes == before


async def test_a_shelf_that_ends_while_the_fault_is_there_announces_it_once(
    site: IncidentPlant,
) -> None:
    await site.raise_on("rig-1")
    await act(site, "shelve", minutes=30)
    await site.tend(minutes=29)
    assert site.only().announced_at is None
    await site.tend(minutes=2)
    await site.tend(minutes=2)
    assert site.story() == ["opened", "shelved", "unshelved", "announced"]


async def test_a_shelf_survives_a_clearing_and_a_new_alert(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await act(site, "shelve", minutes=60)
    await site.clear_on("rig-1")
    await site.tend(minutes=20)
    await site.raise_on("rig-1", t=NOW + 10)
    await site.tend(minutes=20)
    assert site.only().suppression.reasons == ("shelved",)
    assert site.only().announced_at is None


async def test_what_ends_inside_a_shelf_closes_in_silence(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await act(site, "shelve", minutes=60)
    await site.clear_on("rig-1")
    await site.tend(minutes=59)
    assert site.only().handling.state == "unacknowledged"
    await site.tend(minutes=2)
    assert site.story() == ["opened", "shelved", "cleared", "unshelved", "closed"]


async def test_a_shelf_for_once_ends_when_the_fault_does(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await act(site, "shelve", once=True)
    await site.clear_on("rig-1")
    await site.tend()
    assert site.only().suppression.shelf is None
    assert site.only().announced_at is None


async def test_acknowledging_outlasts_clearing_and_a_new_alert(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await act(site, "acknowledge")
    await site.clear_on("rig-1")
    await site.raise_on("rig-1", t=NOW + 10)
    await site.tend(minutes=1)
    assert site.only().handling.state == "acknowledged"
    assert site.only().handling.by == "ada"


async def test_what_is_closed_by_force_says_nothing_more_of_the_same_fault(
    site: IncidentPlant,
) -> None:
    await site.raise_on("rig-1")
    await act(site, "close", force=True)
    await site.tend(minutes=1)
    await site.clear_on("rig-1")
    await site.raise_on("rig-1", t=NOW + 10)
    await site.tend(minutes=30)
    assert site.only().announced_at is None
    assert site.only().handling.forced
    assert site.only().timeline.entries[1].after == "closed, although active"
    await site.clear_on("rig-1", raised_t=NOW + 10, t=NOW + 20)
    await site.tend(minutes=16)
    assert not site.only().is_live
    await site.raise_on("rig-1", t=NOW + 30)
    assert len(site.incidents.all()) == 2, "a fault after that is a new one"


async def test_a_flapping_source_is_held_and_then_announced_if_it_stays(
    site: IncidentPlant,
) -> None:
    for n in range(4):
        await site.raise_on("rig-1", t=NOW + 20 * n)
        await site.clear_on("rig-1", raised_t=NOW + 20 * n, t=NOW + 20 * n + 10)
        await site.tend(minutes=0.2)
    assert site.only().suppression.reasons == ("flapping",)
    await site.raise_on("rig-1", t=NOW + 100)
    await site.tend(minutes=1)
    assert site.only().announced_at is None
    await site.tend(minutes=11)
    assert site.only().suppression.reasons == ()
    assert site.only().announced_at is not None
    assert site.story().count("held") == 1


async def test_the_story_of_a_flapping_source_stays_short(site: IncidentPlant) -> None:
    for n in range(200):
        await site.raise_on("rig-1", t=NOW + 20 * n)
        await site.clear_on("rig-1", raised_t=NOW + 20 * n, t=NOW + 20 * n + 10)
        await site.tend(minutes=0.1)
    incident = site.only()
    assert incident.process.sources[0].count == 200
    assert len(incident.timeline.entries) < 12
    assert len(incident.process.sources[0].episodes) == 50
    first = raise_alert("rig-1", NOW), clear_alert("rig-1", NOW, NOW + 10)
    assert await site.join(*first) == [], "forgotten, and still no news"


async def test_a_site_that_cannot_be_tended_holds_up_no_other(site: IncidentPlant) -> None:
    await site.join(raise_alert("rig-1", NOW))
    await site.join(raise_alert("rig-9", NOW, site_id="south"))
    site.pass_minutes(1)
    count = iter(range(100))

    async def another_joins() -> None:
        await site.join(raise_alert("rig-2", NOW + next(count)))
        site.incidents.meanwhile.append(another_joins)

    site.incidents.meanwhile.append(another_joins)
    tended = await site.tend()
    assert [*tended.missed] == ["north"]
    assert site.incidents.all("south")[0].announced_at is not None


async def test_a_database_that_is_away_is_said(site: IncidentPlant) -> None:
    site.incidents.away = True
    with pytest.raises(DeliveryError):
        await site.tend()
