"""Plain limits call beside the model, and without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.messages import NOW, PERIOD_MS, PROFILES, RIG, reading_message
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tests.unit.tocsin.usecases.incidents.incident_plant import IncidentPlant
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.limits.bounds import Breach
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.domain.profile import parse_profile

HEAT = {"warningHigh": 60, "alarmHigh": 80, "hysteresis": 2, "delayPeriods": 3}
START = NOW - 100 * PERIOD_MS


@pytest.fixture
def plant() -> Plant:
    """One without a model: nothing has a score."""
    plant = Plant(models=FakeModels())
    set_limits(plant, {"devices": {"rig-1": {"heat_c": HEAT}}})
    return plant


def set_limits(plant: Plant, content: dict[str, Any], site_id: str = "north") -> None:
    plant.thresholds.limits_by_site = {site_id: parse_site_limits(content)}


async def send(
    plant: Plant,
    heats: Sequence[float | None],
    *,
    seq: int = 0,
    start: int = START,
    step_ms: int = PERIOD_MS,
    **parts: Any,  # noqa: ANN401 (any part of a message)
) -> None:
    times = [start + index * step_ms for index in range(len(heats))]
    rows = [[1.0, heat] for heat in heats]
    await plant.score([reading_message(seq, times, rows, **parts)])


def list_alerts(plant: Plant) -> list[Alert]:
    alerts = [Alert.from_document(document) for document in plant.store.all("alerts")]
    return sorted(alerts, key=lambda alert: (alert.t, alert.document_id))


def tell(plant: Plant) -> list[tuple[int, str, str | None]]:
    """Of each alert: the index of its reading, its change, and which limit it was."""
    return [
        ((alert.t - START) // PERIOD_MS, alert.change, name_limit(alert))
        for alert in list_alerts(plant)
    ]


def name_limit(alert: Alert) -> str | None:
    return None if alert.limit is None else alert.limit.name


async def find_device(plant: Plant) -> DeviceRecord:
    found = await plant.store.device("rig-1")
    assert found is not None
    return found


async def test_a_device_that_no_model_scores_calls_by_its_limits(plant: Plant) -> None:
    await send(plant, [20, 20, 70, 70, 70, 85, 85, 85])
    warning, alarm = list_alerts(plant)
    assert (warning.t, warning.cause, warning.subject) == (START + 4_000, "limit", "heat_c")
    assert (warning.score, warning.threshold, warning.contributions) == (None, None, {})
    assert warning.limit == Breach("heat_c", "high", "warning", 70.0, 60.0, "1")
    assert alarm.limit == Breach("heat_c", "high", "alarm", 85.0, 80.0, "1")
    assert alarm.alert_id == f"rig-1-{START + 7_000}-heat_c-high-alarm"
    device = await find_device(plant)
    assert device.passed_limits == ("heat_c-high-alarm", "heat_c-high-warning")
    assert device.open_alerts().keys() == {warning.alert_id, alarm.alert_id}


async def test_an_alert_clears_once_the_value_is_back_by_the_hysteresis(plant: Plant) -> None:
    await send(plant, [70, 70, 70])
    plant.restart()  # where it stood is in the database
    await send(plant, [59, 59, 59, 59, 58, 58], seq=1, start=START + 3_000)
    assert tell(plant) == [(2, "raised", "heat_c-high-warning")]
    await send(plant, [57], seq=2, start=START + 9_000)
    assert tell(plant)[1:] == [(9, "cleared", "heat_c-high-warning")]
    assert (await find_device(plant)).passed_limits == ()
    raised, cleared = list_alerts(plant)
    assert (cleared.alert_id, cleared.cause) == (raised.alert_id, None)


async def test_a_delivery_again_raises_nothing_anew(plant: Plant) -> None:
    for _ in range(2):
        await send(plant, [70, 70, 70])
        plant.restart()
    assert len(list_alerts(plant)) == 1


async def test_the_same_is_told_however_the_stream_is_cut(plant: Plant) -> None:
    heats = [20, 70, 70, 70, 90, 90, 90, 50, 50, 50, 70, 70, 70]
    await send(plant, heats)
    other = Plant(models=FakeModels(), thresholds=plant.thresholds)
    for index, heat in enumerate(heats):
        await send(other, [heat], seq=index, start=START + index * PERIOD_MS)
        other.restart()
    assert tell(other) == tell(plant)
    assert len(tell(plant)) == 5


async def test_what_is_late_calls_nobody(plant: Plant) -> None:
    await send(plant, [20] * 9, start=START + 20_000)
    await send(plant, [90] * 9, seq=1)
    assert list_alerts(plant) == []


async def test_limits_of_the_narrower_place_count(plant: Plant) -> None:
    of_profile = {"heat_c": {"alarmHigh": 30}, "speed_rpm": {"alarmLow": 2}}
    set_limits(plant, {"profiles": {"rig": of_profile}, "devices": {"rig-1": {"heat_c": {}}}})
    await send(plant, [90] * 3)
    await send(plant, [90] * 3, device_id="rig-2")
    await send(plant, [90] * 3, device_id="rig-3", site_id="south")
    found = sorted((alert.device_id, alert.subject) for alert in list_alerts(plant))
    assert found == [("rig-1", "speed_rpm"), ("rig-2", "heat_c"), ("rig-2", "speed_rpm")]


async def test_limits_of_a_profile_hold_everywhere() -> None:
    heat = {"name": "heat_c", "title": "heat", "unit": "C", "low": -99, "high": 99}
    oven = parse_profile(
        {
            "name": "oven",
            "title": "Oven",
            "period_s": 1,
            "window": 4,
            "channels": [{**heat, "limits": {"alarm_high": 50, "delay_periods": 0}}],
        }
    )
    plant = Plant(models=FakeModels(), profiles={**PROFILES, "oven": oven})
    await plant.score([reading_message(0, [START], [[60.0]], profile=oven, device_id="oven-1")])
    (alert,) = list_alerts(plant)
    assert alert.limit == Breach("heat_c", "high", "alarm", 60.0, 50.0, "C")


async def test_an_alert_of_a_limit_that_is_no_more_ends(plant: Plant) -> None:
    await send(plant, [70] * 3)
    set_limits(plant, {})
    await send(plant, [70] * 3, seq=1, start=START + 3_000)
    assert tell(plant)[1:] == [(3, "cleared", "heat_c-high-warning")]
    assert (await find_device(plant)).standing.limits == {}


async def test_a_device_put_to_another_use_ends_what_was_open(plant: Plant) -> None:
    await send(plant, [70] * 3)
    probe = PROFILES["probe"]
    message = reading_message(1, [START + 3_000], [[70.0]], profile=probe)
    await plant.score([message])
    raised, cleared = list_alerts(plant)
    assert (cleared.alert_id, cleared.change) == (raised.alert_id, "cleared")
    assert (cleared.profile, cleared.site_id) == ("rig", "north")


async def test_an_alert_is_cleared_where_it_was_raised(plant: Plant) -> None:
    await send(plant, [70] * 3)
    plant.thresholds.limits_by_site["south"] = plant.thresholds.limits_by_site["north"]
    await send(plant, [20] * 3, seq=1, start=START + 3_000, site_id="south")
    assert [alert.site_id for alert in list_alerts(plant)] == ["north", "north"]


async def test_a_slow_device_that_is_not_scored_calls_by_its_limits_in_its_own_periods() -> None:
    plant = Plant()
    set_limits(plant, {"devices": {"rig-1": {"heat_c": HEAT}}})
    minute, start = 60_000, NOW - 3_600_000
    for index, heat in enumerate([20] * 12 + [70] * 3):
        await send(plant, [heat], seq=index, start=start + index * minute)
    device = await find_device(plant)
    assert device.not_scored is not None
    assert device.not_scored.reason == "other-period"
    (alert,) = list_alerts(plant)
    assert alert.t == start + 14 * minute


async def test_a_limit_is_passed_while_the_alert_of_the_model_is_open() -> None:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG))))
    set_limits(plant, {"devices": {"rig-1": {"heat_c": HEAT}}})
    heats = [0.1 * (index % 3) for index in range(30)]
    await send(plant, [*heats, *[50.0] * 10, *[90.0] * 10])
    alerts = list_alerts(plant)
    causes = [alert.cause for alert in alerts if alert.change == "raised"]
    assert causes[0] == "score"
    assert causes.count("limit") == 2
    of_incidents = IncidentPlant(plant)
    await of_incidents.join(*(alert for alert in alerts if alert.change == "raised"))
    (source,) = of_incidents.only().process.sources
    assert {"score", "limit"} <= source.causes
    assert {breach.level for breach in source.limits} == {"warning", "alarm"}
