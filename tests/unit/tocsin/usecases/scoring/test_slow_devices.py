"""Devices that no model knows for their pace are held against what they have shown themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.clocked import ClockedDevice
from tests.fakes.messages import NOW, reading_message
from tests.fakes.services import Plant
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.judging.outage import CALLED_FOR
from tocsin.domain.limits.own_rest import LEAST_REST
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.feedback.call_normal import apply_normal, preview_normal
from tocsin.usecases.feedback.known_device import Judging

MINUTE_MS = 60_000
A_DAY, FAULT = 1_440, 12  # readings


def make_device() -> ClockedDevice:
    """Its values rise by .0001 with each reading, and by 50 while it is odd."""
    return ClockedDevice(period_ms=MINUTE_MS)


async def score_each(plant: Plant, log: Sequence[Envelope], *, restarts: bool = False) -> None:
    for message in log:
        if restarts:
            plant.restart()
        await plant.score([message])


async def find_device(plant: Plant) -> DeviceRecord:
    found = await plant.store.device("rig-1")
    assert found is not None
    return found


def list_alerts(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("alerts"), key=lambda alert: (alert["t"], alert["id"]))


async def have_fault(
    plant: Plant, device: ClockedDevice, *, readings: int = 60, restarts: bool = False
) -> int:
    """Two days in messages of so many *readings*, then a fault; returns the time of its first."""
    await score_each(plant, device.live(2 * A_DAY // readings, readings), restarts=restarts)
    assert list_alerts(plant) == []
    began = device.now_ms + device.offset_ms
    device.odd = True
    await score_each(plant, device.live(1, FAULT), restarts=restarts)
    device.odd = False
    return began


@pytest.mark.parametrize(("readings", "restarts"), [(60, False), (240, True)])
async def test_a_fault_of_a_device_at_a_minute_is_found_named_and_ends(
    readings: int, restarts: bool
) -> None:
    plant, device = Plant(), make_device()
    began = await have_fault(plant, device, readings=readings, restarts=restarts)
    (raised,) = list_alerts(plant)
    assert (raised["type"], raised["cause"], raised["subject"]) == ("raised", "limit", "speed_rpm")
    assert began < raised["t"] <= began + 4 * MINUTE_MS
    assert raised["limit"]["learned"]
    assert raised["limit"]["level"] == "warning"
    known = await find_device(plant)
    assert known.passed_limits == ("speed_rpm-high-warning",)
    assert not known.is_in_alert, "no model says so: it is for people"
    assert known.not_scored is not None
    assert known.not_scored.reason == "other-period"
    assert any("own range so far (speed_rpm" in remark for remark in known.remarks)
    device.measured = 100  # well within its range again
    await score_each(plant, device.live(1, 5), restarts=restarts)
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]


async def test_until_a_day_is_known_it_says_so_and_calls_nothing() -> None:
    plant, device = Plant(), make_device()
    await score_each(plant, device.live(12, 60))
    device.odd = True
    await score_each(plant, device.live(1, FAULT))
    assert list_alerts(plant) == []
    assert any("once a day of it is known" in each for each in (await find_device(plant)).remarks)


async def test_a_device_that_its_model_knows_learns_none() -> None:
    plant = Plant()
    await score_each(plant, ClockedDevice().live(20))
    assert (await find_device(plant)).standing.own is None


async def test_a_record_tells_at_once_when_its_range_is_known() -> None:
    plant, device = Plant(record_every_ms=10**12), make_device()
    await score_each(plant, device.live(30, 60))
    known = await find_device(plant)
    assert known.standing.own is not None
    assert known.standing.own.known == ("speed_rpm",)
    stored = plant.store.all("readings")[-1]
    assert stored["notScored"]["reason"] == "other-period"


async def test_limits_that_people_set_take_its_place_and_end_its_alert() -> None:
    plant, device = Plant(), make_device()
    await have_fault(plant, device)
    limits = {"devices": {"rig-1": {"speed_rpm": {"alarmHigh": 900}}}}
    plant.thresholds.limits_by_site = {"north": parse_site_limits(limits)}
    device.odd = True
    await score_each(plant, device.live(1, 5))
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]
    assert (await find_device(plant)).passed_limits == ()


async def test_a_device_that_comes_as_its_model_knows_it_again_leaves_it() -> None:
    plant, device = Plant(), make_device()
    await have_fault(plant, device)
    device.period_ms = 1_000
    await score_each(plant, device.live(12, 5))
    known = await find_device(plant)
    assert (known.standing.own, known.passed_limits) == (None, ())
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]


async def test_an_alert_of_its_model_is_not_ended_by_a_pace_that_no_model_knows() -> None:
    plant, device = Plant(), ClockedDevice()
    await score_each(plant, device.live(10))
    device.odd = True
    await score_each(plant, device.live(1, 3))
    device.odd, device.period_ms = False, MINUTE_MS
    await score_each(plant, device.live(12, 10))
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised"]
    known = await find_device(plant)
    assert known.alert_since is not None
    assert known.standing.own is not None
    assert known.standing.own.called_t is None


async def test_a_sensor_that_stays_away_ends_its_alert_after_a_while_and_is_named() -> None:
    plant, start = Plant(), NOW - 5 * 3_600_000
    for index in range(30):
        times = [start + MINUTE_MS * (10 * index + at) for at in range(10)]
        heat = None if index >= 5 else 1.0
        rows = [[float((10 * index + at) % 50), heat] for at in range(10)]
        await plant.score([reading_message(index, times, rows)])
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]
    lasted = list_alerts(plant)[1]["t"] - list_alerts(plant)[0]["t"]
    assert CALLED_FOR - 5 <= lasted / MINUTE_MS <= CALLED_FOR + 5
    assert (await find_device(plant)).sensors == {"heat_c": "missing"}


async def test_what_is_delivered_again_changes_nothing() -> None:
    plant, device = Plant(), make_device()
    log = device.live(24, 60)
    device.odd = True
    log += device.live(2, FAULT)
    await score_each(plant, log)
    before = plant.store.snapshot()
    plant.restart()
    await score_each(plant, log[-8:])
    assert plant.store.snapshot() == before


@pytest.mark.parametrize(("readings", "restarts"), [(60, False), (240, True)])
async def test_a_sensor_that_is_stuck_raises_an_alert_that_names_it(
    readings: int, restarts: bool
) -> None:
    plant, device = Plant(), make_device()
    await score_each(plant, device.live(2 * A_DAY // readings, readings), restarts=restarts)
    assert list_alerts(plant) == []
    ((value, _),) = device.measure(1)
    began = device.now_ms
    held = [(value, t) for _, t in device.measure(30)]
    await score_each(plant, [device.send(held)], restarts=restarts)
    (raised,) = list_alerts(plant)
    assert (raised["type"], raised["cause"]) == ("raised", "sensors")
    assert raised["sensors"] == {"speed_rpm": "stuck"}
    assert LEAST_REST <= (raised["t"] - began) / MINUTE_MS <= LEAST_REST + 3
    assert (await find_device(plant)).sensors == {"speed_rpm": "stuck"}
    await score_each(plant, device.live(1, 20), restarts=restarts)
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]
    assert (await find_device(plant)).sensors == {}


async def test_a_new_level_is_called_normal_and_its_range_begins_anew() -> None:
    plant, device = Plant(), make_device()
    await have_fault(plant, device)
    services = plant.services()
    targets = await services.targets.current()
    judging = Judging(services.profiles, services.models, targets, services.feedback)
    shown = await preview_normal("rig-1", judging)
    (raised,) = list_alerts(plant)
    assert (shown.alert_id, shown.range_restarts, shown.conflict) == (raised["alertId"], True, "")
    assert shown.readings == shown.anomalous_before == FAULT - 2
    now_ms = device.now_ms
    assert await apply_normal("rig-1", judging, operator="ada", now_ms=now_ms) == shown
    assert plant.store.all("audit")[0]["after"]["baseline"] == {"since": now_ms, "shifts": {}}
    plant.thresholds.baseline_by_device["rig-1"] = Baseline(now_ms, {})
    device.odd = True
    await score_each(plant, device.live(4 * 24 + 1, 15))
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]
    own = (await find_device(plant)).standing.own
    assert own is not None
    assert own.channels["speed_rpm"].low > device.excess, "of the old level nothing is left"
    with pytest.raises(InvalidRequestError, match="no alert of its own range"):
        await preview_normal("rig-1", judging)


async def test_an_alert_of_a_missing_sensor_ends_after_a_range_began_anew() -> None:
    plant, start = Plant(), NOW - 5 * 3_600_000
    for index in range(30):
        times = [start + MINUTE_MS * (10 * index + at) for at in range(10)]
        heat = None if 5 <= index < 16 else 1.0
        rows = [[float((10 * index + at) % 50), heat] for at in range(10)]
        if index == 12:
            plant.thresholds.baseline_by_device["rig-1"] = Baseline(times[0], {})
        await plant.score([reading_message(index, times, rows)])
    assert [alert["type"] for alert in list_alerts(plant)] == ["raised", "cleared"]
    assert (await find_device(plant)).alert_since is None
