"""An alert whose end was never stored keeps its incident active for minutes, not for ever."""

from __future__ import annotations

import pytest

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.alerts.silence import raise_silence
from tocsin.domain.devices.device_record import DeviceRecord


@pytest.fixture
async def site() -> IncidentPlant:
    made = IncidentPlant()
    await made.raise_on("rig-1")
    return made


async def keep(site: IncidentPlant, minutes: float, **changes: object) -> DeviceRecord:
    """The state of rig-1 as it was some minutes after its alert."""
    t = NOW + round(minutes * MINUTE_MS)
    record = device_record("rig-1", **{"lastT": t, "enqueuedAt": t, "etag": "*", **changes})
    await site.plant.store.save_devices([record])
    return record


async def end_lost(site: IncidentPlant) -> None:
    await functions_of(site.plant.services())["end_lost_alerts"](None)


async def test_a_device_that_has_gone_on_is_in_no_alert(site: IncidentPlant) -> None:
    await keep(site, 11)
    await end_lost(site)
    incident = site.only()
    assert not incident.process.is_active
    assert [entry.what for entry in incident.timeline.entries][-2:] == ["ended", "cleared"]
    assert "whose end was never stored" in incident.timeline.entries[-2].text
    for _ in range(4):
        await site.tend(16)
    assert (site.only().handling.state, site.only().is_live) == ("closed", False)


async def test_what_its_device_is_in_goes_on(site: IncidentPlant) -> None:
    await keep(site, 30, alert={"alertId": f"rig-1-{NOW}", "t": NOW, "siteId": "north"})
    await end_lost(site)
    assert site.only().process.is_active


async def test_the_end_that_comes_by_itself_is_waited_for(site: IncidentPlant) -> None:
    await keep(site, 9)
    await end_lost(site)
    assert site.only().process.is_active


async def test_a_clock_that_was_put_back_hides_no_end(site: IncidentPlant) -> None:
    site.pass_minutes(20)
    await keep(site, 0, lastT=5, enqueuedAt=NOW + 12 * MINUTE_MS)
    await end_lost(site)
    assert not site.only().process.is_active


async def test_the_end_that_comes_after_all_is_no_news(site: IncidentPlant) -> None:
    await keep(site, 11)
    await end_lost(site)
    before = site.story()
    await site.clear_on("rig-1", t=NOW + 9)
    assert site.story() == before


async def test_a_silence_is_ended_by_the_device_alone() -> None:
    site = IncidentPlant()
    record = await keep(site, 0)
    await site.join(raise_silence(record))
    await keep(site, 60)
    await end_lost(site)
    assert site.only().process.is_active


async def test_a_device_that_nothing_is_known_of_ends_nothing(site: IncidentPlant) -> None:
    await end_lost(site)
    assert site.only().process.is_active
