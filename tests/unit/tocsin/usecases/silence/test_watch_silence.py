"""A device that says nothing is told once, and cleared when it speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.test_incident_ports import make_window
from tests.fakes.messages import NOW
from tests.fakes.records import decided_message, device_record
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.alerts.silence import OFF_MS
from tocsin.domain.incidents.windows import Scope
from tocsin.domain.insights.progress import Progress
from tocsin.usecases.maintenance.keep_windows import set_window
from tocsin.usecases.silence.watch_silence import watch_silence


@pytest.fixture
async def site() -> IncidentPlant:
    """Two devices that have sent a message of a second each 5 s until now."""
    made = IncidentPlant()
    for name in ("rig-1", "rig-2"):
        await speak(made, name)
        messages = [decided_message([NOW - 5_000 * n], device_id=name) for n in range(1, 20)]
        await made.plant.store.save_readings(messages)
    return made


async def speak(site: IncidentPlant, device_id: str, *, late_ms: int = 0) -> None:
    now_ms = site.now_ms
    record = device_record(device_id, lastT=now_ms - late_ms, enqueuedAt=now_ms)
    await site.plant.store.save_devices([record])


async def watch(site: IncidentPlant, minutes: int = 0, *, speaking: tuple[str, ...] = ()) -> None:
    """Let *minutes* pass, watching each as the timer does, and sweep what is owed."""
    functions = functions_of(site.plant.services())
    for _ in range(minutes + 1):
        for device_id in speaking:
            await speak(site, device_id)
        await functions["watch_silence"](None)
        site.plant.store.now_s = site.now_ms // 1_000
        site.pass_minutes(1)
        await functions["sweep_alerts"](None)
        await functions["tend_incidents"](None)


def alerts(site: IncidentPlant) -> list[tuple[str, str]]:
    found = site.plant.store.all("alerts")
    return [(document["deviceId"], document["type"]) for document in found]


async def test_a_silent_device_is_told_once_and_cleared_when_it_speaks(
    site: IncidentPlant,
) -> None:
    await watch(site, 8, speaking=("rig-2",))
    assert alerts(site) == [("rig-1", "raised")]
    assert site.only().process.is_active
    assert site.only().announced_at is not None
    await watch(site, 1, speaking=("rig-1", "rig-2"))
    assert sorted(alerts(site)) == [("rig-1", "cleared"), ("rig-1", "raised")]
    assert not site.only().process.is_active


async def test_a_machine_that_said_it_is_off_may_be_quiet_for_a_weekend_and_then_is_told_so(
    site: IncidentPlant,
) -> None:
    off = {"operating": {"state": "off", "since": NOW}}
    record = device_record("rig-1", lastT=NOW, enqueuedAt=NOW, **off)
    await site.plant.store.save_devices([record])
    await watch(site, 10, speaking=("rig-2",))
    assert alerts(site) == []
    site.pass_minutes(OFF_MS // MINUTE_MS)
    await watch(site, 4, speaking=("rig-2",))
    (told,) = site.plant.store.all("alerts")
    assert (told["deviceId"], told["cause"], told["state"]) == ("rig-1", "silence", "off")


async def test_a_short_pause_is_no_silence(site: IncidentPlant) -> None:
    await watch(site, 1, speaking=("rig-2",))
    await watch(site, 3, speaking=("rig-1", "rig-2"))
    assert alerts(site) == []


async def test_while_scoring_is_behind_nobody_is_called_silent_who_was_heard_by_then(
    site: IncidentPlant,
) -> None:
    began_ms = site.now_ms
    for _ in range(10):  # nothing that was sent since the beginning is scored yet
        behind_ms = site.now_ms - began_ms
        await site.plant.progress.save_progress(
            Progress("0", site.now_ms, 7, behind_ms, waiting_since=None, why=None)
        )
        await watch(site)
    assert alerts(site) == []
    await watch(site, 5, speaking=("rig-2",))  # what was behind is scored, and rig-1 not in it
    assert alerts(site) == [("rig-1", "raised")]


async def test_late_readings_end_no_silence(site: IncidentPlant) -> None:
    await watch(site, 5, speaking=("rig-2",))
    record = device_record("rig-1", lastT=NOW, enqueuedAt=site.now_ms)
    await site.plant.store.save_devices([record])
    await watch(site, 0, speaking=("rig-2",))
    assert alerts(site) == [("rig-1", "raised")]


async def test_planned_maintenance_is_no_silence_until_it_ends(site: IncidentPlant) -> None:
    window = make_window(recurrence=None, ends_at=NOW + 20 * MINUTE_MS, scope=Scope())
    await set_window(window, site.room)
    await watch(site, 18)
    assert alerts(site) == []
    await watch(site, 5)
    assert sorted(alerts(site)) == [("rig-1", "raised"), ("rig-2", "raised")]


async def test_a_device_that_sends_each_hour_is_not_called_silent(site: IncidentPlant) -> None:
    await site.plant.store.save_devices([device_record("rig-3")])
    hours = [decided_message([NOW - 3_600_000 * n], device_id="rig-3") for n in range(20)]
    await site.plant.store.save_readings(hours)
    await watch(site, 30, speaking=("rig-1", "rig-2"))
    assert alerts(site) == []


async def test_when_everything_begins_again_nobody_is_called_silent(site: IncidentPlant) -> None:
    site.pass_minutes(600)
    site.plant.restart()
    await watch_silence(site.room, site.plant.services().listeners)
    for name in ("rig-1", "rig-2"):
        await speak(site, name)
    await watch(site, 3, speaking=("rig-1", "rig-2"))
    assert alerts(site) == []


async def test_a_building_that_is_cut_off_is_one_incident(site: IncidentPlant) -> None:
    names = [f"rig-{n}" for n in range(3, 12)]
    for name in names:
        await speak(site, name)
        messages = [decided_message([NOW - 5_000 * n], device_id=name) for n in range(1, 20)]
        await site.plant.store.save_readings(messages)
    site.places.buildings = dict.fromkeys(names, "hall-a") | {"rig-1": "b", "rig-2": "b"}
    await watch(site, 20, speaking=("rig-1", "rig-2"))
    assert site.only().process.device_ids == tuple(sorted(names))
    await watch(site, 2, speaking=("rig-1", "rig-2", *names))
    assert not site.only().process.is_active


async def test_a_look_reads_only_who_may_be_silent_and_goes_on_where_it_stopped(
    site: IncidentPlant,
) -> None:
    """However large the fleet is, and however many of it are away for good."""
    for n in range(15):
        await speak(site, f"pump-{n:02d}")
    site.pass_minutes(10)
    listeners = replace(site.plant.services().listeners, most=5)
    raised: list[str] = []
    for _ in range(12):
        for n in range(20):
            await speak(site, f"rig-{n + 10}")
        site.plant.store.given = 0
        raised += [alert.device_id for alert in await watch_silence(site.room, listeners)]
        assert site.plant.store.given <= 5
        site.pass_minutes(1)
    assert sorted(raised) == [*(f"pump-{n:02d}" for n in range(15)), "rig-1", "rig-2"]


async def test_who_speaks_again_is_read_though_many_others_are_silent(site: IncidentPlant) -> None:
    await watch(site, 5)
    assert [kind for _, kind in alerts(site)] == ["raised", "raised"]
    for n in range(10):
        await speak(site, f"a-{n}")  # before rig-2 by id
    site.pass_minutes(3)
    await speak(site, "rig-2")
    listeners = replace(site.plant.services().listeners, most=5)
    written = await watch_silence(site.room, listeners)
    assert [(alert.device_id, alert.change) for alert in written] == [("rig-2", "cleared")]


async def test_an_old_suspicion_is_no_new_one(site: IncidentPlant) -> None:
    """Found silent once, and heard again: the next time it is waited for as long as the first."""
    site.pass_minutes(3)
    await speak(site, "rig-2")
    listeners = site.plant.services().listeners
    assert await watch_silence(site.room, listeners) == []
    await speak(site, "rig-1")
    site.pass_minutes(3)
    await speak(site, "rig-2")
    assert await watch_silence(site.room, listeners) == []
    site.pass_minutes(1)
    await speak(site, "rig-2")
    written = await watch_silence(site.room, listeners)
    assert [(alert.device_id, alert.change) for alert in written] == [("rig-1", "raised")]
