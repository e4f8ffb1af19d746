"""A fault in what came late is found once its gap is filled, and said: late, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clocked import ClockedDevice
from tests.fakes.messages import NOW, RIG
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.incidents.incident_plant import IncidentPlant
from tests.unit.tocsin.usecases.notifications.notify_plant import make_rule
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import DeliveryError
from tocsin.domain.incidents.policy import DEFAULT_POLICY
from tocsin.domain.incidents.words import describe_incident
from tocsin.domain.lateness.notes import LateNote
from tocsin.domain.limits.book import SiteLimits
from tocsin.domain.limits.channel_limits import ChannelLimits
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.notifications.judge import find_quiet
from tocsin.domain.notifications.rule import Switch
from tocsin.usecases.lateness.judge_late import QUIET_MS, judge_late
from tocsin.usecases.lateness.note_late import note_late
from tocsin.usecases.ports.operators import Feedback

Backlog = list[list[tuple[float, int]]]


async def note(site: IncidentPlant, stored: Sequence[dict[str, Any]]) -> None:
    """As the change feed brings what was stored (tests/unit/tocsin/triggers/test_rollups.py)."""
    await note_late(stored, site.plant.late_notes, now_ms=site.now_ms)


async def take(site: IncidentPlant, envelopes: Sequence[Envelope]) -> None:
    """Each message is a batch, and the change feed brings what was stored of it."""
    plant = site.plant
    for envelope in envelopes:
        before = {one["id"] for one in plant.store.all("readings")}
        await plant.score([envelope])
        stored = [one for one in plant.store.all("readings") if one["id"] not in before]
        await note(site, stored)


async def judge(site: IncidentPlant) -> list[dict[str, Any]]:
    """Time goes by until stretches are judged; gives the late alerts."""
    site.pass_minutes(QUIET_MS / 60_000 + 1)
    functions = functions_of(site.plant.services())
    await functions["judge_late"](None)
    site.plant.store.now_s += 1_000_000
    await functions["sweep_alerts"](None)
    await functions["tend_incidents"](None)
    return [one for one in site.plant.store.all("alerts") if one["late"] is not None]


def cut_off(device: ClockedDevice, *, odd_at: int, messages: int = 20) -> Backlog:
    """What *device* measured while it could send nothing, with a fault in one message."""
    backlog = []
    for number in range(messages):
        device.odd = number == odd_at
        backlog += device.backlog(1)
    device.odd = False
    return backlog


async def begin(site: IncidentPlant) -> ClockedDevice:
    device = ClockedDevice(now_ms=NOW - 1_000_000)
    await take(site, device.live(8))
    return device


@pytest.mark.parametrize("goes_on_first", [False, True])
async def test_a_fault_in_a_backlog_that_comes_newest_first_is_said(goes_on_first: bool) -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    if goes_on_first:
        await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    await take(site, device.live(8))
    assert site.plant.store.all("alerts") == [], "what comes late raises nothing by itself"
    site.plant.live.sent.clear()

    raised, cleared = await judge(site)

    odd = [t for _, t in backlog[9]]
    assert raised["type"] == "raised"
    assert odd[0] <= raised["t"] <= odd[-1]
    assert raised["late"]["toT"] == cleared["t"] > raised["t"]
    assert raised["late"]["readings"] == (cleared["t"] - raised["t"]) / 1_000 + 1
    assert raised["score"] > raised["threshold"]
    (opened,) = site.incidents.all()
    assert not opened.process.is_active
    assert opened.announced_at is not None, "people are told, though it is over"
    (told,) = [entry.text for entry in opened.timeline.entries if entry.what == "explained"]
    assert told.startswith("rig-1: its readings came late, and show an alert that is over: ")
    assert "speed_rpm" in told
    kinds = [message["type"] for _, message in site.plant.live.sent]
    assert "alert" not in kinds, "nothing is pushed as if it were now"
    assert site.plant.workshop.requests.queue == [], "and no work is moved"
    assert site.plant.late_notes.kept == {}


async def test_it_is_said_once_however_often_it_is_noted_and_judged() -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    first = await judge(site)
    stored = site.plant.store.snapshot()["alerts"]
    assert len(first) == 2
    for _ in range(2):
        await note(site, site.plant.store.all("readings"))
        assert site.plant.late_notes.kept
        assert await judge(site) == stored
    (incident,) = site.incidents.all()
    assert [entry.what for entry in incident.timeline.entries].count("explained") == 1


async def test_a_run_that_broke_off_between_both_changes_is_completed() -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    site.plant.store.crash_after = len(site.plant.store.writes) + 1
    site.pass_minutes(4)
    with pytest.raises(Exception, match="after"):
        await functions_of(site.plant.services())["judge_late"](None)
    site.plant.store.crash_after = None
    assert [one["type"] for one in await judge(site)] == ["raised", "cleared"]


async def test_what_was_told_in_time_is_not_told_again() -> None:
    site = IncidentPlant()
    device = await begin(site)
    device.odd = True
    await take(site, device.live(1))
    device.odd = False
    held_back = device.backlog(1)
    await take(site, device.live(8))
    in_time = site.plant.store.all("alerts")
    assert [one["type"] for one in in_time] == ["raised", "cleared"]
    await take(site, [device.send(readings) for readings in held_back])
    assert site.plant.late_notes.kept
    assert await judge(site) == []
    assert len(site.plant.store.all("alerts")) == 2


async def test_a_sound_backlog_raises_nothing() -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=-1)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    assert await judge(site) == []
    assert site.incidents.all() == []


async def test_a_plain_limit_is_held_against_what_came_late() -> None:
    site = IncidentPlant()
    device = await begin(site)
    of_rig = {"speed_rpm": ChannelLimits(warning_high=40.0)}
    site.plant.thresholds.limits_by_site["north"] = SiteLimits({"rig": of_rig})
    site.plant.models = FakeModels(FakeModel(spec_of(RIG, threshold=1e9)))
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    raised, _ = await judge(site)
    assert raised["cause"] == "limit"
    assert raised["limit"]["value"] > 40.0
    (told,) = [each.text for each in site.only().timeline.entries if each.what == "explained"]
    assert told.endswith("(speed_rpm-high-warning)")


async def test_it_waits_until_no_more_comes_and_while_the_database_is_away() -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    functions = functions_of(site.plant.services())
    site.pass_minutes(1)
    await functions["judge_late"](None)
    assert site.plant.store.all("alerts") == [], "more may come"
    site.plant.late_notes.away = True
    site.pass_minutes(4)
    with pytest.raises(DeliveryError):
        await functions["judge_late"](None)
    site.plant.late_notes.away = False
    assert len(await judge(site)) == 2


class Unreadable:
    """The past of devices, where one of them makes whoever asks for it fail as nobody expects."""

    def __init__(self, past: Feedback, device_id: str) -> None:
        self._past = past
        self._device_id = device_id

    async def device(self, device_id: str) -> DeviceRecord | None:
        if device_id == self._device_id:
            raise ZeroDivisionError(device_id)
        return await self._past.device(device_id)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the past has)
        return getattr(self._past, name)


async def test_a_device_that_cannot_be_judged_holds_up_no_other_and_is_given_up_after_a_day() -> (
    None
):
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await site.plant.late_notes.keep_late(LateNote("bad-1", "north", "rig", 0, 0, NOW, 1))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    site.pass_minutes(QUIET_MS / 60_000 + 1)
    desk = site.plant.services().late_desk
    desk = replace(desk, past=cast(Feedback, Unreadable(desk.past, "bad-1")))
    with pytest.raises(ZeroDivisionError, match="bad-1"):
        await judge_late(desk)
    assert len([one for one in site.plant.store.all("alerts") if one["late"] is not None]) == 2
    assert site.plant.late_notes.kept == {}, "what is noted of the other is a day old"


async def test_other_values_for_known_times_are_not_judged_again() -> None:
    site = IncidentPlant()
    device = await begin(site)
    again = [(value + 60, t) for value, t in device.sent[-5:]]
    await take(site, [device.send(again)])
    assert site.plant.late_notes.kept == {}


@settings(max_examples=8)  # each scores some thirty batches, and judges them
@given(st.data())
async def test_each_order_in_which_a_backlog_comes_tells_of_its_fault_once(
    data: st.DataObject,
) -> None:
    site = IncidentPlant()
    device = await begin(site)
    odd_at = data.draw(st.integers(2, 11))
    backlog = cut_off(device, odd_at=odd_at, messages=12)
    await take(site, device.live(8))
    order = data.draw(st.permutations(range(len(backlog))))
    await take(site, [device.send(backlog[number]) for number in order])
    site.pass_minutes(4)
    await judge_late(site.plant.services().late_desk)
    raised = [one["t"] for one in site.plant.store.all("alerts") if one["type"] == "raised"]
    (t,) = raised
    assert backlog[odd_at][0][1] <= t <= backlog[odd_at][-1][1]


async def test_people_are_written_to_of_what_came_late_until_it_is_closed() -> None:
    site = IncidentPlant()
    device = await begin(site)
    backlog = cut_off(device, odd_at=9)
    await take(site, device.live(8))
    await take(site, [device.send(readings) for readings in backlog[::-1]])
    await judge(site)
    incident = site.only()
    assert describe_incident(incident).endswith("found when its readings came late, it is over")
    rule = make_rule()
    assert find_quiet(incident, rule, Switch(), site.now_ms) is None
    await site.tend(DEFAULT_POLICY.quiet_ms / 60_000 + 1)
    assert site.only().handling.is_closed
    assert find_quiet(site.only(), rule, Switch(), site.now_ms) is not None
