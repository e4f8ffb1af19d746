"""Machines that are switched off and on: told apart, and judged by what they do."""

from __future__ import annotations

import pytest

from tests.fakes.machines import (
    IDLING,
    OVEN,
    PRESS,
    STATELESS,
    TOLD,
    Press,
    make_plant,
    make_profile,
)
from tests.unit.tocsin.domain.behaviour.learning import read_channel
from tests.unit.tocsin.usecases.scoring.press_shop import (
    alerts,
    device_of,
    live_state,
    readings,
    score_each,
    shift_of,
)
from tocsin.domain.behaviour.habits import LONGEST, SECOND, SEEN
from tocsin.domain.behaviour.learn_habits import LEAST_RUN
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.domain.profile import Profile
from tocsin.domain.states.settling import IDLE_ENOUGH


async def test_without_states_a_stop_is_an_alert() -> None:
    plant = make_plant(STATELESS)
    await shift_of(plant, Press())
    assert [one["type"] for one in alerts(plant)][:1] == ["raised"]


async def test_a_stop_a_night_and_a_start_are_no_alerts() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(60))
    assert device_of(plant)["operating"]["state"] == "running"
    await score_each(plant, press.rest(40))
    told = device_of(plant)
    assert told["operating"]["state"] == live_state(plant) == "off"
    assert told["operating"]["since"] == press.now_ms - 39_000
    assert told["notScored"] == {"reason": "off", "text": "it is off"}
    assert (told["score"], told["sensors"], told["anomalous"]) == (None, {}, False)
    await score_each(plant, press.ramp(10)[:1])
    assert (live_state(plant), device_of(plant)["notScored"]["reason"]) == ("starting",) * 2
    await score_each(plant, press.run(60))
    told = device_of(plant)
    assert (told["operating"]["state"], told["notScored"]) == ("running", None)
    assert told["score"] is not None
    assert alerts(plant) == []


async def test_stored_messages_say_in_which_states_the_machine_was() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(20))
    await score_each(plant, [*press.send([(60.0, 20.0)] * 2 + [(0.0, 20.0)] * 4, size=6)])
    assert "states" not in readings(plant)[-2]
    newest = readings(plant)[-1]
    assert newest["states"] == [[0, "running"], [4, "off"]]
    assert newest["score"][4:] == [None, None]


async def test_a_fault_at_work_is_found_before_and_after_a_night() -> None:
    plant, press = make_plant(), Press()
    await shift_of(plant, press)
    await score_each(plant, press.run(4, heat=80.0))
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["state"]) == ("score", "running")


async def test_no_value_is_too_low_at_rest_and_a_high_one_is_whatever_it_does() -> None:
    plant, press = make_plant(), Press()
    limits = {"force_kn": {"alarmLow": 40}, "heat_c": {"alarmHigh": 90}}
    plant.thresholds.limits_by_site = {"north": parse_site_limits({"profiles": {"press": limits}})}
    await shift_of(plant, press)
    assert alerts(plant) == [], "that nothing presses is what being off means"
    await score_each(plant, press.rest(40))
    await score_each(plant, press.send([(0.0, 95.0)] * 10))
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["limit"]["side"]) == ("limit", "high")
    await score_each(plant, press.send([(0.0, 20.0)] * 10))
    await score_each(plant, press.ramp(10))
    await score_each(plant, press.run(30))
    assert len(alerts(plant)) == 2
    await score_each(plant, press.run(10, force=35.0))
    assert any(one["cause"] == "limit" and one["subject"] == "force_kn" for one in alerts(plant))


async def test_an_alert_is_not_ended_by_switching_off() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, [*press.run(60), *press.run(4, heat=80.0), *press.rest(60)])
    assert [one["type"] for one in alerts(plant)] == ["raised"]
    assert device_of(plant)["alert"] is not None


async def test_what_is_usual_for_a_device_does_not_drift_while_it_is_off() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(60))
    before = device_of(plant)["usual"]
    await score_each(plant, press.rest(200))
    assert device_of(plant)["usual"] == before


@pytest.mark.parametrize("profile", [PRESS, TOLD])
async def test_what_a_sensor_shows_at_rest_is_none_of_its_habits(profile: Profile) -> None:
    plant, press = make_plant(profile), Press()
    told = profile is TOLD
    await score_each(plant, press.run(60, mode=2 if told else ...))
    at_work = read_channel(device_of(plant), "force_kn")
    # Two nights at zero, but for a moment of noise: as a habit that would hide every standstill.
    night = [*[(0.0, 20.0)] * 300, (0.3, 20.0), *[(0.0, 20.0)] * 300]
    await score_each(plant, press.send(night, mode=0 if told else ...))
    after = read_channel(device_of(plant), "force_kn")
    assert after[LONGEST] == at_work[LONGEST] < LEAST_RUN
    assert after[SEEN] == at_work[SEEN]
    await score_each(plant, press.run(60, mode=2 if told else ...))
    assert read_channel(device_of(plant), "force_kn")[SECOND] < LEAST_RUN


async def test_a_channel_at_zero_is_no_rest_while_another_is_at_work() -> None:
    states = {"activity": [{"channel": "force_kn"}, {"channel": "heat_c", "off_below": 5}]}
    plant, press = make_plant(make_profile(states)), Press()
    await score_each(plant, [*press.run(60), *press.run(20, force=0.0)])
    assert device_of(plant)["operating"]["state"] == "running"
    assert [one["cause"] for one in alerts(plant)][:1] == ["score"]


async def test_a_device_may_tell_its_state_itself() -> None:
    plant, press = make_plant(TOLD), Press()
    await score_each(plant, press.run(60, mode=2))
    await score_each(plant, press.run(20, force=0.0, mode="0"))
    assert device_of(plant)["operating"]["state"] == "off"
    await score_each(plant, press.run(10, force=30.0, mode=3.0))
    assert device_of(plant)["operating"]["state"] == "starting"
    await score_each(plant, press.run(60, mode=2))
    assert alerts(plant) == []
    await score_each(plant, press.run(20, force=0.0, mode=7))
    told = device_of(plant)
    assert told["badValues"]["mode"]["value"] == 7
    assert [one["cause"] for one in alerts(plant)][:1] == ["score"]


async def test_a_late_message_that_tells_of_the_night_is_not_scored() -> None:
    plant, press = make_plant(TOLD), Press()
    await score_each(plant, press.run(60, mode=2))
    night = press.run(20, force=0.0, mode=0)
    await score_each(plant, [*night[:2], *night[3:], *press.run(30, mode=2)])
    await score_each(plant, [night[2]])
    late = next(one for one in readings(plant) if one["seq"] == 14)
    assert late["score"] == [None] * 5


async def test_idling_is_judged_by_its_own_scores_once_they_are_known() -> None:
    plant, press = make_plant(IDLING), Press()
    await score_each(plant, press.run(60))
    await score_each(plant, press.run(100, force=20.0))
    told = device_of(plant)
    assert (told["operating"]["state"], told["notScored"]["reason"]) == ("idle", "idle")
    await score_each(plant, press.run(IDLE_ENOUGH, force=20.0))
    assert device_of(plant)["notScored"] is None
    assert alerts(plant) == []
    await score_each(plant, press.run(4, force=20.0, heat=80.0))
    assert [one["state"] for one in alerts(plant)] == ["idle"]


async def test_a_late_message_from_the_night_is_not_scored() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(60))
    night = press.rest(20)
    await score_each(plant, [*night[:2], *night[3:], *press.run(30)])
    await score_each(plant, [night[2]])
    late = next(one for one in readings(plant) if one["seq"] == 14)
    assert late["score"] == [None] * 5
    assert late["anomalous"] == [False] * 5
    assert alerts(plant) == []


@pytest.mark.parametrize("profile", [PRESS, TOLD, IDLING, OVEN])
async def test_the_database_alone_is_enough_to_go_on(profile: Profile) -> None:
    plant, press = make_plant(profile), Press()
    assert profile.states is not None
    tells = profile.states.told_by is not None
    mode = 0 if tells else ...
    await score_each(plant, press.run(30, mode=2 if tells else ...))
    await score_each(plant, press.run(10, force=0.0, mode=mode))
    plant.restart()
    await score_each(plant, press.run(10, force=0.0, mode=mode))
    told = device_of(plant)
    assert told["operating"]["state"] == "off"
    assert told["operating"]["since"] == press.now_ms - 19_000
    assert alerts(plant) == []


async def test_a_stop_is_no_second_fault_beside_an_open_alert() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(30))
    shaking = [(60.0, 20.0 + 40.0 * (at % 2)) for at in range(20)]
    runs_down = [(60.0 * share, 60.0) for share in (0.75, 0.62, 0.2, 0.0, 0.0, 0.0)]
    await score_each(plant, press.send([*shaking, *runs_down]))
    assert device_of(plant)["operating"]["state"] == "off"
    assert [(one["type"], one["subject"]) for one in alerts(plant)] == [("raised", None)]
