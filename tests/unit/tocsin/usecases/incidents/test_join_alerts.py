"""Each alert joins one incident, or opens one, however often and in whatever order it comes."""

from __future__ import annotations

import pytest

from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.fakes.plans import stored_plan
from tests.fakes.records import device_record
from tests.unit.tocsin.usecases.incidents.incident_plant import IncidentPlant
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.domain.incidents.words import describe_incident
from tocsin.domain.plans.stored_plan import Migration


@pytest.fixture
def site() -> IncidentPlant:
    return IncidentPlant()


async def test_an_alert_opens_an_incident_and_its_clearing_ends_the_fault(
    site: IncidentPlant,
) -> None:
    await site.raise_on("rig-1")
    assert site.only().process.is_active
    assert site.only().handling.state == "unacknowledged"
    await site.clear_on("rig-1")
    assert not site.only().process.is_active
    assert site.only().handling.state == "unacknowledged"
    assert site.story() == ["opened", "cleared"]


async def test_alerts_of_one_device_join_its_incident(site: IncidentPlant) -> None:
    await site.raise_on("rig-1")
    await site.clear_on("rig-1")
    await site.raise_on("rig-1", t=NOW + 10)
    assert site.only().process.is_active
    assert site.only().process.sources[0].count == 2
    assert site.story() == ["opened", "cleared", "active again"]


async def test_devices_with_nothing_in_common_are_incidents_of_their_own(
    site: IncidentPlant,
) -> None:
    await site.raise_on("rig-1", "rig-2")
    assert len(site.incidents.all()) == 2


async def test_alerts_delivered_again_change_nothing(site: IncidentPlant) -> None:
    alerts = [raise_alert("rig-1", NOW), clear_alert("rig-1", NOW, NOW + 5)]
    await site.join(*alerts)
    before = dict(site.incidents.kept)
    for _ in range(2):
        assert await site.join(*alerts) == []
    assert site.incidents.kept == before


async def test_a_clearing_that_comes_first_is_not_forgotten(site: IncidentPlant) -> None:
    await site.clear_on("rig-1")
    await site.raise_on("rig-1")
    assert not site.only().process.is_active
    assert site.only().process.sources[0].count == 1


async def test_an_alert_delivered_after_its_incident_was_done_with_opens_no_other(
    site: IncidentPlant,
) -> None:
    alerts = [raise_alert("rig-1", NOW), clear_alert("rig-1", NOW, NOW + 5)]
    await site.join(*alerts)
    await site.tend(minutes=20)
    await site.tend()
    assert not site.only().is_live
    await site.join(*alerts)
    assert len(site.incidents.all()) == 1


async def test_a_building_that_falls_silent_is_one_incident(site: IncidentPlant) -> None:
    names = [f"rig-{n}" for n in range(20)]
    site.places.buildings = dict.fromkeys(names, "hall-a") | {"other": "hall-b"}
    for name in names:
        await site.join(raise_alert(name, NOW, cause="silence"))
    await site.join(raise_alert("other", NOW, cause="silence"))
    await site.join(raise_alert("rig-20", NOW, cause="silence"))
    first, *_ = sorted(site.incidents.all(), key=lambda each: -len(each.process.sources))
    assert first.process.device_ids == tuple(sorted(names))
    assert len(site.incidents.all()) == 3, "another building, and a device that stands nowhere"
    assert describe_incident(first).startswith("20 devices in hall-a (rig-0, ")


async def test_a_device_that_falls_silent_much_later_is_another_incident(
    site: IncidentPlant,
) -> None:
    site.places.buildings = {"rig-1": "hall-a", "rig-2": "hall-a"}
    await site.join(raise_alert("rig-1", NOW, cause="silence"))
    site.pass_minutes(6)
    await site.join(raise_alert("rig-2", NOW, cause="silence"))
    assert len(site.incidents.all()) == 2


async def test_what_suffers_from_work_that_fled_a_fault_belongs_to_that_fault(
    site: IncidentPlant,
) -> None:
    move = Migration("a1", "rig-1", "rig-2", "why").to_document()
    plan = stored_plan(1, createdAt=NOW, migrations=[move])
    await site.plant.workshop.sites.save_plan(plan)
    await site.raise_on("rig-1")
    await site.raise_on("rig-2", "rig-3")
    found = {incident.process.device_ids for incident in site.incidents.all()}
    assert found == {("rig-1", "rig-2"), ("rig-3",)}


async def test_it_says_which_channels_are_odd_and_what_is_usual(site: IncidentPlant) -> None:
    record = device_record("rig-1", latest={"heat_c": 71.94, "speed_rpm": None})
    await site.plant.store.save_devices([record])
    await site.raise_on("rig-1")
    (source,) = site.only().process.sources
    assert [channel.name for channel in source.top] == ["heat_c", "speed_rpm"]
    assert source.top[0].value == 71.94
    assert describe_incident(site.only()).startswith("rig-1: heat_c 71.9")
    assert "75 % of the score" in describe_incident(site.only())


async def test_it_opens_although_nothing_else_is_known(site: IncidentPlant) -> None:
    site.plant.live.away = True
    await site.raise_on("rig-1")
    assert site.only().process.is_active


async def test_two_who_join_at_the_same_time_make_one_incident(site: IncidentPlant) -> None:
    async def another_joins() -> None:
        await site.join(raise_alert("rig-1", NOW + 1))

    site.incidents.meanwhile.append(another_joins)
    await site.raise_on("rig-1")
    assert site.only().process.sources[0].count == 2


async def test_who_is_never_the_quickest_gives_up_and_says_so(site: IncidentPlant) -> None:
    count = iter(range(100))

    async def another_joins() -> None:
        await site.join(raise_alert("rig-2", NOW + next(count)))
        site.incidents.meanwhile.append(another_joins)

    site.incidents.meanwhile.append(another_joins)
    with pytest.raises(ChangedMeanwhileError, match="try again"):
        await site.raise_on("rig-1")


async def test_a_process_that_ends_before_the_audit_leaves_no_gap_in_it(
    site: IncidentPlant,
) -> None:
    site.incidents.crash_after = 1
    with pytest.raises(CrashError):
        await site.raise_on("rig-1")
    assert site.incidents.audit == {}
    site.incidents.crash_after = None
    await site.tend(minutes=1)
    assert [record["what"] for record in site.incidents.audit.values()] == ["opened", "announced"]


async def test_a_flood_is_saved_in_parts(site: IncidentPlant) -> None:
    names = [f"rig-{n}" for n in range(150)]
    await site.raise_on(*names)
    assert len(site.incidents.all()) == 150
    site.incidents.writes = 0
    await site.tend(minutes=1)
    assert all(incident.announced_at is not None for incident in site.incidents.all())
