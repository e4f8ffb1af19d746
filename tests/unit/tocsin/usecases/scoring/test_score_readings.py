"""Readings are scored, alerts raised and devices remembered, message by message."""

from dataclasses import replace
from math import exp

import pytest

from tests.fakes.messages import NOW, PROBE, RIG, reading_message, stream
from tests.fakes.models import THRESHOLD, FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tocsin.domain.devices.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.judging.adaptation import Pace
from tocsin.usecases.scoring.score_readings import Outcome

ODD = range(20, 24)


async def test_readings_are_scored_and_the_devices_state_follows() -> None:
    plant = Plant()
    outcome = await plant.score(stream([4, 4, 4], odd=[11]))
    assert outcome == Outcome(messages=3, readings=12, late=0, dead_letters=0, alerts=0)
    readings = sorted(plant.store.all("readings"), key=lambda one: int(one["seq"]))
    scores = [score for one in readings for score in one["score"]]
    assert [score is None for score in scores] == [True] * 5 + [False] * 7
    assert [odd for one in readings for odd in one["anomalous"]] == [False] * 11 + [True]
    (device,) = plant.store.all("devices")
    assert (device["lastSeq"], device["lastT"]) == (2, readings[-1]["lastT"])
    assert device["score"] == scores[-1]
    assert (device["anomalous"], device["run"], device["alert"]) == (True, 1, None)


async def test_an_alert_is_raised_and_cleared_once() -> None:
    plant = Plant()
    outcome = await plant.score(stream([8] * 5, odd=ODD))
    raised, cleared = sorted(plant.store.all("alerts"), key=lambda one: int(one["t"]))
    assert outcome.alerts == 2
    assert (raised["type"], cleared["type"]) == ("raised", "cleared")
    assert raised["alertId"] == cleared["alertId"] == f"rig-1-{raised['t']}"
    times = [t for one in plant.store.all("readings") for t in one["t"]]
    assert raised["t"] == sorted(times)[21], "the second of the odd readings decides"
    assert plant.store.all("devices")[0]["alert"] is None


async def test_an_open_alert_stands_in_the_devices_state() -> None:
    plant = Plant()
    await plant.score(stream([8] * 5, odd=ODD)[:3])
    (raised,) = plant.store.all("alerts")
    (device,) = plant.store.all("devices")
    assert device["alert"] == {"alertId": raised["alertId"], "t": raised["t"], "siteId": "north"}


async def test_one_pass_scores_all_devices_of_a_profile() -> None:
    plant = Plant()
    batch = [
        *stream([8], device_id="rig-1"),
        *stream([8], device_id="rig-2", seed=1),
        *stream([8], device_id="probe-1", profile=PROBE),
        *stream([8], device_id="rig-3", seed=2),
    ]
    await plant.score(batch)
    assert {name: model.passes for name, model in plant.models.by_profile.items()} == {
        "rig": 1,
        "probe": 1,
    }
    alone = Plant()
    await alone.score(stream([8], device_id="rig-3", seed=2))
    (expected,) = alone.store.all("readings")
    assert expected in plant.store.all("readings")


async def test_writing_goes_from_alerts_to_readings_to_devices_to_late_readings() -> None:
    plant = Plant()
    messages = stream([8] * 5, odd=ODD)
    await plant.score(messages[1:2])
    plant.store.writes.clear()
    await plant.score([*messages[2:], messages[0]])
    kinds = [container for container, _ in plant.store.writes]
    assert kinds == ["alerts"] * 2 + ["readings"] * 3 + ["devices"] + ["readings"]
    assert plant.store.writes[-1][1].endswith("-0")


async def test_a_sensor_that_is_out_raises_an_alert_that_says_so() -> None:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG), missing_after=3, stuck_after=4)))
    t = range(NOW - 30_000, NOW, 1_000)
    values: list[list[float | None]] = [
        [n / 10, None if 10 <= n < 20 else n / 9] for n in range(30)
    ]
    await plant.score(
        [
            reading_message(0, t[:15], values[:15]),
            reading_message(1, t[15:], values[15:]),
        ]
    )
    raised, cleared = sorted(plant.store.all("alerts"), key=lambda one: int(one["t"]))
    assert (raised["type"], raised["t"]) == ("raised", t[13]), "the second reading that misses it"
    assert raised["sensors"] == {"heat_c": "missing"}
    assert raised["score"] < raised["threshold"]
    assert (cleared["type"], cleared["sensors"]) == ("cleared", {})
    first, second = sorted(plant.store.all("readings"), key=lambda one: int(one["seq"]))
    assert first["sensors"] == {"heat_c": [0] * 12 + [1] * 3}
    assert first["anomalous"] == [False] * 12 + [True] * 3
    assert second["sensors"] == {"heat_c": [1] * 5 + [0] * 10}
    assert plant.store.all("devices")[0]["sensors"] == {}


async def test_a_cooldown_outlives_messages_and_restarts() -> None:
    odd = [20, 21, 22, 35, 36, 37, 60, 61, 62]
    times: dict[float, list[str]] = {}
    for cooldown_s in (0.0, 30.0):
        model = FakeModel(spec_of(RIG, clear_after=5, cooldown_s=cooldown_s))
        plant = Plant(models=FakeModels(model))
        for message in stream([4] * 20, odd=odd):
            plant.restart()
            await plant.score([message])
        times[cooldown_s] = sorted(
            one["id"] for one in plant.store.all("alerts") if one["type"] == "raised"
        )
    assert len(times[0.0]) == 3
    assert times[30.0] == [times[0.0][0], times[0.0][2]]


async def test_an_operators_factor_is_the_devices_own() -> None:
    plant = Plant()
    plant.thresholds.by_device = {"rig-1": 1.5}
    await plant.score([*stream([8]), *stream([8], device_id="rig-2")])
    found = {one["id"]: one["threshold"] for one in plant.store.all("devices")}
    assert found == {"rig-1": 1.5 * THRESHOLD, "rig-2": THRESHOLD}


async def test_a_device_that_was_learned_keeps_its_own_threshold() -> None:
    plant = Plant()
    await plant.score(stream([8, 8])[:1])
    (device,) = plant.store.all("devices")
    assert device["usual"] == {
        "ticks": -Pace.of(RIG.period_s).fall(0, 3),
        "readings": 3,
        "profile": "rig",
        "modelVersion": "fake-1",
        "baseline": 0,
    }, "three readings have a score"
    learned = {**device, "usual": {"ticks": 200_000, "readings": 86_400}}
    await plant.store.save_devices([DeviceRecord.from_document(learned, etag=ANY_RECORD)])
    plant.restart()
    await plant.score(stream([8, 8])[1:])
    assert plant.store.all("devices")[0]["threshold"] == pytest.approx(THRESHOLD * exp(0.2))


async def test_without_a_model_readings_are_stored_unscored() -> None:
    plant = Plant(models=FakeModels())
    await plant.score(stream([8, 8], odd=range(6, 16)))
    assert all(score is None for one in plant.store.all("readings") for score in one["score"])
    assert plant.store.all("alerts") == []
    assert plant.store.all("devices")[0]["modelVersion"] is None


async def test_a_model_that_comes_later_scores_with_the_readings_from_before() -> None:
    plant = Plant(models=FakeModels())
    messages = stream([8, 8])
    await plant.score(messages[:1])
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG))
    await plant.score(messages[1:])
    second = plant.store.all("readings")[1]
    assert None not in second["score"]


async def test_each_site_gets_one_live_message_with_each_devices_last_reading() -> None:
    plant = Plant()
    batch = [
        *stream([3, 3], device_id="rig-1", site_id="north"),
        *stream([6], device_id="rig-2", site_id="north"),
        *stream([4], device_id="probe-1", site_id="south", profile=PROBE),
    ]
    await plant.score(batch)
    sent = dict(plant.live.sent)
    assert len(plant.live.sent) == 2
    assert {one["deviceId"] for one in sent["north"]["devices"]} == {"rig-1", "rig-2"}
    (probe,) = sent["south"]["devices"]
    (stored,) = (one for one in plant.store.all("devices") if one["id"] == "probe-1")
    assert sent["south"]["type"] == "telemetry"
    assert sent["south"]["siteId"] == "south"
    assert probe == {
        "deviceId": "probe-1",
        "profile": "probe",
        "t": stored["lastT"],
        "values": stored["latest"],
        "score": stored["score"],
        "threshold": stored["threshold"],
        "anomalous": False,
        "sensors": {},
        "limits": [],
        "enqueuedAt": stored["enqueuedAt"],
        "silentAfterMs": 30_000.0,
        "notScored": None,
        "state": None,
        "stateSince": None,
        "remarks": [],
    }


async def test_steady_devices_are_not_read_from_the_database() -> None:
    plant = Plant()
    messages = stream([2] * 10)
    await plant.score(messages[:1])
    reads = plant.store.reads
    for message in messages[1:]:
        await plant.score([message])
    assert plant.store.reads == reads


async def test_a_device_that_restarts_is_rebuilt_and_scored_on() -> None:
    plant = Plant()
    await plant.score(stream([8, 8]))
    t = NOW + 1_000
    again = reading_message(0, [t], [[0.1, 0.2]])
    await plant.score([again])
    newest = max(plant.store.all("readings"), key=lambda one: int(one["firstT"]))
    assert newest["id"] == f"{t}-0"
    assert None not in newest["score"]
    assert plant.store.all("devices")[0]["lastSeq"] == 0


async def test_a_device_may_change_its_profile() -> None:
    plant = Plant()
    await plant.score(stream([8]))
    changed = reading_message(0, [NOW + 1_000], [[20.0]], profile=PROBE)
    await plant.score([changed])
    assert plant.store.all("devices")[0]["profile"] == "probe"
    await plant.score(stream([8]))
    assert plant.store.all("devices")[0]["profile"] == "probe", "what comes again changes nothing"


@pytest.mark.parametrize(("band", "raised"), [(None, 1), ((-5.0, 60.0), 0), ((60.0, 90.0), 1)])
async def test_a_weak_excursion_where_its_profile_is_unsteady_has_to_last(
    band: tuple[float, float] | None, raised: int
) -> None:
    speed, heat = RIG.channels
    loaded = replace(RIG, channels=(speed, replace(heat, role="covariate", unsteady=band)))
    plant = Plant(profiles={"rig": loaded}, models=FakeModels(FakeModel(spec_of(loaded))))
    plant.thresholds.by_device = {"rig-1": 4.0}
    await plant.score(stream([12, 12], odd=[15, 16], profile=loaded))
    anomalous = [odd for one in plant.store.all("readings") for odd in one["anomalous"]]
    assert sum(anomalous) >= 2, "it is odd, and shown so"
    assert [alert["type"] for alert in plant.store.all("alerts")].count("raised") == raised
