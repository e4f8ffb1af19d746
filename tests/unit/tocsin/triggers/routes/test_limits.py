"""Limits are tried on the past before they are set, and what is set is in force soon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.messages import NOW, PERIOD_MS, RIG, reading_message
from tests.fakes.models import FakeModels
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import OPERATOR, VIEWER, call
from tocsin.adapters.known.limits import REFRESH_S, KnownLimits
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.limits.own_range import ChannelRange, OwnRange
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.usecases.showing.show_limits import list_limits

ID = {"id": "rig-1"}
START = NOW - 60 * PERIOD_MS
HEATS = [20.0] * 10 + [70.0] * 10 + [20.0] * 10 + [90.0] * 10
LIMITS = {"heat_c": {"warningHigh": 60, "alarmHigh": 80, "hysteresis": 2, "delayPeriods": 3}}


@pytest.fixture
async def plant() -> Plant:
    plant = Plant(models=FakeModels())
    for seq in range(4):
        times = [START + PERIOD_MS * (10 * seq + index) for index in range(10)]
        rows = [[1.0, heat] for heat in HEATS[10 * seq : 10 * seq + 10]]
        await plant.score([reading_message(seq, times, rows)])
    return plant


async def test_limits_are_tried_on_the_past_and_nothing_changes(plant: Plant) -> None:
    status, shown = await call(
        plant, "preview_limits", route=ID, body={"channels": LIMITS}, principal=OPERATOR
    )
    assert status == 200
    warning, alarm = shown["limits"]
    assert (warning["calls"], warning["firstT"]) == (2, START + 12 * PERIOD_MS)
    assert (alarm["calls"], alarm["firstT"]) == (1, START + 32 * PERIOD_MS)
    # From the 13th to the 23rd reading, and from the 33rd on: 18 of 40.
    assert warning["openPct"] == pytest.approx(100 * 18 / 40)
    assert shown["readings"] == 40
    assert shown["text"] == "over its last 24 h this would have called 3 times"
    assert plant.store.all("alerts") == []
    assert plant.workshop.sites.audit == []


async def test_a_trial_is_for_those_who_may_set_limits(plant: Plant) -> None:
    body = {"channels": LIMITS}
    status, _ = await call(plant, "preview_limits", route=ID, body=body, principal=VIEWER)
    assert status == 403
    status, _ = await call(
        plant, "preview_limits", route={"id": "rig-9"}, body=body, principal=OPERATOR
    )
    assert status == 404


async def test_the_limits_that_hold_say_where_each_comes_from(plant: Plant) -> None:
    status, shown = await call(plant, "device_limits", route=ID, principal=VIEWER)
    assert (status, shown["deviceId"], shown["limits"]) == (200, "rig-1", [])
    content = {
        "profiles": {"rig": {"speed_rpm": {"warningLow": -5}, "heat_c": {"alarmHigh": 70}}},
        "devices": {"rig-1": LIMITS},
    }
    plant.thresholds.limits_by_site = {"north": parse_site_limits(content)}
    times = [NOW - 9 * PERIOD_MS + PERIOD_MS * index for index in range(5)]
    await plant.score([reading_message(4, times, [[1.0, 65.0]] * 5)])
    _, shown = await call(plant, "device_limits", route=ID, principal=VIEWER)
    assert [(each["channel"], each["limit"], each["origin"]) for each in shown["limits"]] == [
        ("speed_rpm", -5.0, "site"), ("heat_c", 60.0, "device"), ("heat_c", 80.0, "device"),
    ]  # fmt: skip
    assert [each["raisedT"] for each in shown["limits"]] == [None, times[2], None]
    assert (shown["limits"][1]["hysteresis"], shown["limits"][1]["delayPeriods"]) == (2, 3)
    status, _ = await call(plant, "device_limits", route={"id": "rig-9"}, principal=VIEWER)
    assert status == 404


async def test_what_a_device_has_learned_is_among_its_limits(plant: Plant) -> None:
    device = await plant.store.device("rig-1")
    assert device is not None
    own = OwnRange(NOW, 0, {"heat_c": ChannelRange(20.0, 30.0)})
    known = replace(device, standing=replace(device.standing, own=own))
    assert [
        (each.bound.name, each.bound.value, each.origin, each.raised_t)
        for each in list_limits(known, RIG, LimitBook())
    ] == [
        ("heat_c-low-warning", 10.0, "learned", None),
        ("heat_c-high-warning", 40.0, "learned", None),
    ]


async def list_bounds(plant: Plant, device_id: str) -> list[str]:
    """What an instance knows at its next look at what is set."""
    known = KnownLimits(plant.workshop.sites, refresh_s=REFRESH_S, clock_s=lambda: 0.0)
    return [each.name for each in (await known.book()).find_bounds("north", device_id, RIG).every]


async def test_what_is_set_is_in_force_with_the_next_look_and_on_the_record(plant: Plant) -> None:
    assert await list_bounds(plant, "rig-1") == []
    status, shown = await call(
        plant,
        "change_limits",
        params={"site": "north"},
        body={"devices": {"rig-1": LIMITS}},
        principal=OPERATOR,
    )
    assert (status, shown["devices"]) == (200, {"rig-1": LIMITS})
    assert await list_bounds(plant, "rig-1") == ["heat_c-high-warning", "heat_c-high-alarm"]
    assert await list_bounds(plant, "rig-2") == []
    (record,) = plant.workshop.sites.audit
    assert (record["type"], record["after"]["content"]) == (
        "limits",
        {"devices": {"rig-1": LIMITS}},
    )


async def test_the_narrower_limit_is_shown_with_whose_it_is(plant: Plant) -> None:
    _, before = await call(plant, "device_limits", route=ID)
    assert (before["revision"], before["channels"], before["siteId"]) == (0, {}, "north")
    assert before["presets"]["iso20816-3/group1/rigid"]["alarmHigh"] == 7.1
    of_kind = {"speed_rpm": {"alarmHigh": 9}, "heat_c": {"alarmHigh": 99}}
    for body in ({"profiles": {"rig": of_kind}}, {"devices": {"rig-1": LIMITS}}):
        await call(plant, "change_limits", params={"site": "north"}, body=body, principal=OPERATOR)
    status, shown = await call(plant, "device_limits", route=ID, principal=VIEWER)
    assert (status, shown["revision"]) == (200, 2)
    speed, heat = shown["channels"]["speed_rpm"], shown["channels"]["heat_c"]
    assert (speed["origin"], speed["written"]) == ("site", {"alarmHigh": 9})
    assert (heat["origin"], heat["written"]) == ("device", LIMITS["heat_c"])
    assert heat["bounds"][0] == {
        "side": "high", "level": "warning", "value": 60.0, "hysteresis": 2.0, "delayPeriods": 3.0,
    }  # fmt: skip
    known = KnownLimits(plant.workshop.sites, refresh_s=REFRESH_S, clock_s=lambda: 0.0)
    in_force = (await known.book()).find_bounds("north", "rig-1", RIG).every
    assert [(each.side, each.level, each.value) for each in in_force] == [
        (each["side"], each["level"], each["value"])
        for channel in shown["channels"].values()
        for each in channel["bounds"]
    ]
