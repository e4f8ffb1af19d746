"""Every route refuses what it does not know, by name: a misspelt parameter is none left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fakes.alerts import raise_alert
from tests.fakes.keys_of_people import make_key
from tests.fakes.messages import NOW, envelope
from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.http_calls import ADMIN as ADA
from tests.unit.tocsin.triggers.http_calls import BY_NAME, PROBLEM, call
from tests.unit.tocsin.triggers.http_calls import VIEWER as GUEST
from tests.unit.tocsin.workshops import SITE, run
from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.incidents.incident import name_incident
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.domain.letter_summary import name_letter
from tocsin.domain.notifications.rule import Rule, Step, Target
from tocsin.domain.principal import ADMIN, ANYONE, OPERATOR
from tocsin.triggers.http import ROUTES
from tocsin.usecases.join_alerts import join_alerts
from tocsin.usecases.keep_rules import set_rule
from tocsin.usecases.keep_windows import set_window

Values = Mapping[str, str]
NORTH = {"site": SITE}
LOST = DeadLetter(envelope(b"x"), "not-json", "no JSON")
LETTER = str(name_letter(LOST.path))


@dataclass(frozen=True)
class Sample:
    """A request that is served, and what makes it one that is refused.

    bad_params: changes to its parameters, each naming the parameter that the answer has to name.
    bad_bodies: bodies by what the answer has to say.
    """

    route: Values = field(default_factory=dict)
    params: Values = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    status: int = 200
    bad_params: Sequence[tuple[str, str]] = ()
    bad_bodies: Sequence[tuple[Mapping[str, Any], str]] = ()


PATCH = (({"pausd": None}, "'pausd' is unknown; use "), ({"siteId": "south"}, "'siteId'"))
INCIDENT = name_incident(raise_alert("cell-1", NOW))
COMMENTS = (
    ({"coment": "x"}, "'coment' is unknown; use "),
    ({"comment": 3}, "comment must be text, not 3"),
    ({"comment": "x" * 2_001}, "comment"),
)
COMMENTS_AT_TIME = tuple(({"until": NOW + 9, **body}, said) for body, said in COMMENTS)
COMMENTS_AT_VERDICT = tuple(({"verdict": "normal", **body}, said) for body, said in COMMENTS)
WINDOW: Mapping[str, Any] = {
    "startsAt": NOW,
    "scope": {"kind": "building", "name": "hall-a"},
    "recurrence": {"rule": "FREQ=DAILY", "zone": "Europe/Berlin", "lastingMin": 60},
}
AGAIN: Mapping[str, Any] = WINDOW["recurrence"]
WINDOWS: Sequence[tuple[Mapping[str, Any], str]] = (
    ({}, "give the key 'startsAt'"),
    ({"startsAt": NOW}, "maintenance needs endsAt, or a recurrence"),
    ({"startsAt": NOW, "endsAt": NOW}, "endsAt must be after startsAt"),
    ({"startsAt": NOW, "endsAt": NOW + 10**10}, "maintenance lasts at most 31 days"),
    ({"startsAt": NOW, "endsAt": NOW + 9, "kind": "holiday"}, "kind must be maintenance or out of"),
    ({**WINDOW, "announce": "loud"}, "announce must be true or false"),
    ({**WINDOW, "scope": {"kind": "device"}}, "scope.name says which"),
    ({**WINDOW, "scope": {"kind": "site", "name": "x"}}, "scope.name says which"),
    ({**WINDOW, "recurrence": {**AGAIN, "zone": "Mars/Base"}}, "there is no time zone 'Mars/Base'"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "nightly"}}, "must say FREQ=DAILY"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=MINUTELY"}}, "must say FREQ=DAILY"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=DAILY;BYDAY=XX"}}, "is no RRULE"),
    ({**WINDOW, "recurrence": {**AGAIN, "rule": "FREQ=DAILY;BYHOUR=1"}}, "not from BYHOUR"),
    ({**WINDOW, "recurrence": {**AGAIN, "lastingMin": 1441}}, "recurrence.lastingMin must lie"),
)
MAIL = {"channel": "email", "name": "ada@plant.example", "person": "Ada"}
STEP = {"targets": [MAIL]}
SPAN = {"days": ["mo", "holiday"], "from": "22:00", "to": "06:00"}
HOURS: Mapping[str, Any] = {"zone": "Europe/Berlin", "spans": [SPAN]}
RULE: Mapping[str, Any] = {
    "steps": [STEP, {"afterMin": 15, "targets": [{"channel": "slack", "name": "shift"}]}],
    "severities": ["high", "medium"],
    "hours": HOURS,
}
RULES: Sequence[tuple[Mapping[str, Any], str]] = (
    ({}, "give the key 'steps'"),
    ({"steps": []}, "steps must have 1 to 5 entries"),
    ({"steps": [{}]}, "steps"),
    ({"steps": [{"targets": []}]}, "a step must have 1 to 8 targets"),
    ({"steps": [{**STEP, "afterMin": 5}]}, "its afterMin must be 0"),
    ({"steps": [STEP, STEP]}, "each step must come later than the one before it"),
    ({"steps": [{"targets": [{**MAIL, "name": "ada"}]}]}, "'ada' is no email address"),
    ({"steps": [{"targets": [{**MAIL, "name": "a@b\r\nBcc: c@d"}]}]}, "is no email address"),
    ({"steps": [{"targets": [{**MAIL, "person": "A\nB"}]}]}, "person must be text"),
    ({"steps": [{"targets": [{"channel": "webhook", "name": "tickets"}]}]}, "no 'tickets'"),
    ({**RULE, "severities": []}, "severities must name one at least"),
    ({**RULE, "severities": ["urgent"]}, "severities must be a list of low or medium or high"),
    ({**RULE, "repeatMin": 0}, "repeatMin must lie between 1 and 10080"),
    ({**RULE, "groupWaitS": -1}, "groupWaitS must lie between 0 and 86400"),
    ({**RULE, "hours": {**HOURS, "zone": "Mars/Base"}}, "there is no time zone 'Mars/Base'"),
    ({**RULE, "hours": {**HOURS, "spans": []}}, "hours.spans must have an entry"),
    ({**RULE, "hours": {**HOURS, "spans": [{**SPAN, "to": "25:00"}]}}, "not '25:00'"),
    ({**RULE, "hours": {**HOURS, "spans": [{**SPAN, "to": "6"}]}}, "is written like 06:30"),
    ({**RULE, "hours": {**HOURS, "holidays": "none"}}, "the calendar has no event"),
    ({**RULE, "tellEnd": True}, "'tellEnd' is unknown; use "),
)
SAMPLES = {
    "health": Sample(),
    "openapi": Sample(),
    "me": Sample(),
    "keys": Sample(),
    "create_key": Sample(
        body={"name": "scraper", "scopes": ["read"], "days": 30},
        status=201,
        bad_bodies=(
            ({"name": "x", "scope": ["read"]}, "'scope' is unknown; use days, name, scopes"),
            ({"scopes": ["read"]}, "give the key 'name'"),
            ({"name": "", "scopes": ["read"]}, "name must have 1 to 80 letters, not ''"),
            ({"name": "a\nb", "scopes": ["read"]}, "name must be text that can be printed"),
            ({"name": "x", "scopes": []}, "scopes must have 1 to 2 entries, not []"),
            ({"name": "x", "scopes": ["write"]}, "scopes must be a list of read or detect"),
            ({"name": "x", "scopes": "read"}, "scopes must be a list of read or detect"),
            ({"name": "x", "scopes": ["read"], "days": 366}, "days must lie between 1 and 365"),
        ),
    ),
    "revoke_key": Sample(route={"id": "000000000001"}),
    "show_access": Sample(),
    "change_access": Sample(
        body={"people": {"ada-1": {"name": "Ada", "sites": {"north": "see"}}}},
        bad_bodies=(
            ({"pepole": {}}, "'pepole' is unknown; use others, people"),
            ({"others": None}, "others must be an object, not None"),
            ({"people": None}, "people must be an object, not None"),
            ({"others": {"north": "own"}}, "others.north must be see or act, not 'own'"),
            ({"others": {" ": "see"}}, "begins or ends with a space"),
            ({"people": {"ada-1": {"sites": ["north"]}}}, "people.ada-1.sites must be an object"),
            ({"people": {"": {}}}, "people: '' is no user id"),
        ),
    ),
    "show_alert_targets": Sample(),
    "change_alert_targets": Sample(
        body={"profiles": {"rig": 0.2}},
        bad_bodies=(
            ({}, "give the key 'profiles'"),
            ({"profile": {}}, "'profile' is unknown; use profiles"),
            ({"profiles": {"rig": "rare"}}, "profiles.rig must be a number"),
            ({"profiles": {"rig": 0}}, "0.001"),
            ({"profiles": {"fan": 1}}, "there is no profile 'fan'"),
        ),
    ),
    "preview_alert_target": Sample(
        body={"profile": "rig", "target": 0.2},
        bad_bodies=(
            ({"profile": "rig"}, "give the key 'target'"),
            ({"target": 1}, "give the key 'profile'"),
            ({"profile": "rig", "target": 0}, "target must lie between 0.001 and 100"),
            ({"profile": "fan", "target": 1}, "no model is active for a profile 'fan'"),
            ({"profile": "rig", "target": 1, "days": 7}, "'days' is unknown; use "),
        ),
    ),
    "show_model": Sample(route={"profile": "rig"}),
    "docs": Sample(),
    "metrics": Sample(),
    "negotiate": Sample(params=NORTH),
    "profiles": Sample(),
    "audit": Sample(
        params={**NORTH, "max": "20"},
        bad_params=(
            ("max", "0"), ("max", "201"), ("max", "x"), ("before", "yesterday"), ("before", ""),
        ),
    ),
    "factors": Sample(params=NORTH),
    "places": Sample(params=NORTH),
    "detect": Sample(
        body={"profile": "rig", "records": [{"speed_rpm": 1.0}]},
        bad_bodies=(
            ({"profile": "rig", "record": []}, "'record' is unknown; use profile, records"),
            ({"records": [{}]}, "give the key 'profile'"),
            ({"profile": 1, "records": [{}]}, "profile must be text, not 1"),
            ({"profile": "wheel", "records": [{}]}, "there is no profile 'wheel'; there are probe"),
            ({"profile": "rig", "records": []}, "records must have 1 to 1000 entries, not []"),
            ({"profile": "rig", "records": {}}, "records must be a list of values, not {}"),
            ({"profile": "rig", "records": [{}] * 1_001}, "records must have 1 to 1000 entries"),
        ),
    ),
    "devices": Sample(params=NORTH),
    "device": Sample(route={"id": "cell-1"}),
    "device_readings": Sample(
        route={"id": "cell-1"},
        params={"from": "1", "to": "9", "max": "20"},
        bad_params=(
            ("from", "yesterday"), ("from", "null"), ("from", ""), ("from", "1" + "0" * 30),
            ("to", "1.5"), ("to", "9" * 5_000), ("to", "true"), ("max", "1"), ("max", "5001"),
            ("max", "many"),
        ),
    ),
    "device_feedback": Sample(route={"id": "cell-1"}),
    "give_device_feedback": Sample(
        route={"id": "cell-1"},
        body={"labels": {}, "preview": True},
        bad_bodies=(
            ({"labels": {"cell-1-7": "odd"}}, "labels"), ({"labels": []}, "labels"),
            ({"preview": "yes"}, "preview"), ({"label": {}}, "label"),
            ({"labels": {"cell-1-7": "normal"}}, "cell-1-7"),
        ),
    ),
    "forget_device_feedback": Sample(route={"id": "cell-1"}),
    "call_device_normal": Sample(
        route={"id": "cell-1"},
        body={"preview": True},
        status=400,
        bad_bodies=(({"preview": None}, "preview"), ({"since": 1}, "since")),
    ),
    "device_limits": Sample(route={"id": "cell-1"}),
    "preview_limits": Sample(
        route={"id": "cell-1"},
        body={"channels": {"heat_c": {"alarmHigh": 80}}, "hours": 2},
        bad_bodies=(
            ({"channels": {}}, "channels is empty"),
            ({"channels": {"smell": {"alarmHigh": 3}}}, "has no channel 'smell'"),
            ({"channels": {"heat_c": {"alarmHigh": "3"}}}, "alarmHigh"),
            ({"channels": {"heat_c": {"alarmHigh": 80}}, "hours": 73}, "hours"),
            ({"channel": {}}, "channel"),
        ),
    ),
    "alerts": Sample(
        params={**NORTH, "device": "cell-1", "state": "all", "max": "20"},
        bad_params=(
            ("state", "Open"), ("state", ""), ("max", "0"), ("max", "201"), ("max", "x"),
            ("before", "yesterday"), ("before", ""),
        ),
    ),
    "incidents": Sample(
        params={**NORTH, "state": "all", "max": "20"},
        bad_params=(
            ("state", "Open"), ("state", ""), ("severity", "urgent"), ("max", "0"), ("max", "201"),
        ),
    ),
    "incident": Sample(route={"id": INCIDENT}, params=NORTH),
    "acknowledge_incident": Sample(
        route={"id": INCIDENT}, params=NORTH, body={"comment": "mine"}, bad_bodies=COMMENTS
    ),
    "shelve_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"until": NOW + 600_000, "once": True},
        bad_bodies=(
            *COMMENTS_AT_TIME,
            ({}, "give the key 'until'"),
            ({"until": "soon"}, "until must be a whole number, not 'soon'"),
            ({"until": -1}, "until must lie between 0 and "),
            ({"until": NOW - 1}, "a shelf ends within 720 minutes from now"),
            ({"until": NOW + 10**9}, "a shelf ends within 720 minutes from now"),
            ({"until": NOW, "once": 1}, "once must be true or false, not 1"),
        ),
    ),
    "unshelve_incident": Sample(
        route={"id": INCIDENT}, params=NORTH, body={}, bad_bodies=COMMENTS
    ),
    "close_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"force": True},
        bad_bodies=(*COMMENTS, ({"force": "yes"}, "force must be true or false, not 'yes'")),
    ),
    "comment_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"comment": "seen it"},
        bad_bodies=(*COMMENTS, ({}, "give the key 'comment'"), ({"comment": " "}, "say something")),
    ),
    "judge_incident": Sample(
        route={"id": INCIDENT},
        params=NORTH,
        body={"verdict": "normal", "preview": True},
        bad_bodies=(
            *COMMENTS_AT_VERDICT,
            ({}, "give the key 'verdict'"),
            ({"verdict": "odd"}, "verdict must be normal or anomaly or new normal"),
            ({"verdict": "normal", "devices": []}, "devices must have 1 to 20 entries"),
            ({"verdict": "normal", "devices": ["no-1"]}, "the incident has no device 'no-1'"),
            ({"verdict": "normal", "preview": 1}, "preview must be true or false, not 1"),
        ),
    ),
    "alarm_performance": Sample(
        params={**NORTH, "days": "30"}, bad_params=(("days", "0"), ("days", "91"), ("days", "x"))
    ),
    "maintenance": Sample(params=NORTH),
    "set_window": Sample(
        route={"id": "night"}, params=NORTH, body=WINDOW, bad_bodies=WINDOWS
    ),
    "remove_window": Sample(route={"id": "standing"}, params=NORTH),
    "preview_window": Sample(
        params={**NORTH, "days": "30"},
        body=WINDOW,
        bad_params=(("days", "0"), ("days", "91"), ("days", "all")),
        bad_bodies=WINDOWS,
    ),
    "dead_letters": Sample(
        params={"from": "1", "to": "9", "reason": "not-json", "max": "20"},
        bad_params=(
            ("from", "yesterday"), ("from", "-1"), ("from", "9" * 20), ("to", "soon"), ("to", ""),
            ("max", "0"), ("max", "201"), ("cursor", "yesterday"), ("cursor", "5:../x"),
        ),
    ),
    "dead_letter": Sample(route={"id": LETTER}),
    "replay_dead_letter": Sample(route={"id": LETTER}, body={}),
    "notifications": Sample(params=NORTH),
    "switch_notifications": Sample(
        params=NORTH,
        body={"on": False, "perHour": 10, "off": ["slack"]},
        bad_bodies=(
            ({}, "give the key 'on'"),
            ({"on": "no"}, "on must be true or false, not 'no'"),
            ({"on": True, "perHour": 0}, "perHour must lie between 1 and 120"),
            ({"on": True, "off": ["fax"]}, "off must be a list of email or slack or webhook"),
            ({"on": True, "perhour": 9}, "'perhour' is unknown; use off, on, perHour"),
        ),
    ),
    "notification_rules": Sample(params=NORTH),
    "set_notification_rule": Sample(
        route={"id": "shift"}, params=NORTH, body=RULE, bad_bodies=RULES
    ),
    "remove_notification_rule": Sample(route={"id": "standing"}, params=NORTH),
    "preview_notification_rule": Sample(
        params={**NORTH, "days": "30"},
        body=RULE,
        bad_params=(("days", "0"), ("days", "91"), ("days", "all")),
        bad_bodies=RULES,
    ),
    "try_notification_rule": Sample(route={"id": "standing"}, params=NORTH),
    "deliveries": Sample(
        params={
            **NORTH, "status": "sent", "channel": "email", "rule": "shift", "incident": "x",
            "max": "20",
        },
        bad_params=(
            ("status", "gone"), ("status", ""), ("channel", "fax"), ("max", "0"), ("max", "201"),
        ),
    ),
    "plans": Sample(
        params={**NORTH, "max": "5", "before": "9"},
        bad_params=(
            ("max", "0"), ("max", "101"), ("max", "1,2"), ("before", "soon"), ("before", "0"),
            ("before", "9" * 30),
        ),
    ),
    "latest_plan": Sample(params=NORTH),
    "plan": Sample(route={"version": "1"}, params=NORTH),
    "run_plan": Sample(
        params=NORTH,
        body={"preview": False},
        status=202,
        bad_bodies=(
            ({"preveiw": True}, "'preveiw' is unknown; use preview"),
            ({"preview": "yes"}, "preview must be true or false, not 'yes'"),
            ({"preview": 1}, "preview must be true or false, not 1"),
            ({"preview": None}, "preview must be true or false, not None"),
        ),
    ),
    "show_optimiser": Sample(params=NORTH),
    "change_optimiser": Sample(
        params=NORTH,
        body={"limits": {"maxMigrations": None}, "pace": {"settlePeriods": 90}, "hold": None},
        bad_bodies=(
            *PATCH,
            ({"limits": {"maxMigratoins": None}}, "'limits.maxMigratoins' is unknown; use maxMig"),
            ({"limits": 3}, "limits must be an object, not 3"),
            ({"pace": {"perTaskHuor": 1}}, "'pace.perTaskHuor' is unknown; use "),
            ({"hold": True}, "'hold' is unknown"),
            ({"weights": {"energy": "1"}}, "weights.energy must be a number, not '1'"),
            ({"weights": {"energy": True}}, "weights.energy must be a number, not True"),
            ({"paused": "true"}, "paused must be true or false, not 'true'"),
            ({"search": {"gap": 2}}, "gap"),
        ),
    ),
    "show_overrides": Sample(params=NORTH),
    "change_overrides": Sample(
        params=NORTH,
        body={"drained": {"cell-1": None}},
        bad_bodies=(
            *PATCH,
            ({"pins": {"a1": 3}}, "pins.a1 must be text, not 3"),
            ({"pins": {"a1": "cell-7"}}, "there is no device 'cell-7'"),
            ({"drained": {"cell-1": "yes"}}, "drained.cell-1 must be true or false, not 'yes'"),
            ({"forbidden": {"a1": ["cell-1"]}}, "forbidden.a1 must be an object"),
        ),
    ),
    "show_tasks": Sample(params=NORTH),
    "change_tasks": Sample(
        params=NORTH,
        body={"tasks": {"a1": {"loadPct": 20, "priority": 2}}},
        bad_bodies=(
            *PATCH,
            ({"tasks": {"a1": {"laodPct": None}}}, "'tasks.a1.laodPct' is unknown; use capability"),
            ({"tasks": {"a1": {"pinned": 1}}}, "tasks.a1.pinned must be true or false, not 1"),
            ({"tasks": []}, "tasks must be an object"),
        ),
    ),
    "show_limits": Sample(params=NORTH),
    "change_limits": Sample(
        params=NORTH,
        body={"profiles": {"rig": {"heat_c": {"alarmHigh": 80, "warningHigh": 60}}}},
        bad_bodies=(
            *PATCH,
            ({"profiles": {"rug": {}}}, "there is no profile 'rug'; there are probe, rig"),
            ({"devices": {"rig-9": {}}}, "no device 'rig-9' of site 'north' has reported yet"),
            (
                {"profiles": {"rig": {"heat": {"alarmHigh": 3}}}},
                "profile rig of 'rig' has no channel 'heat'",
            ),
            (
                {"profiles": {"rig": {"heat_c": {"alarmHigh": 300}}}},
                "would never call: the sensor shows -100 to 100",
            ),
            (
                {"profiles": {"rig": {"heat_c": {"alarm": 3}}}},
                "'profiles.rig.heat_c.alarm' is unknown",
            ),
            ({"devices": []}, "devices must be an object"),
        ),
    ),
}  # fmt: skip

OF_SITE = [name for name, sample in SAMPLES.items() if "site" in sample.params]
OF_DEVICE = [name for name in SAMPLES if SAMPLES[name].route.get("id") == "cell-1"]
WITH_BODY = [name for name, sample in SAMPLES.items() if sample.body is not None]


@pytest.fixture
async def plant() -> Plant:
    plant = Plant.around(await workshops.workshop())
    await run(plant.workshop)
    plant.workshop.requests.queue.clear()
    await plant.dead_letters.put(LOST)
    plant.keys.add(make_key(1, "read"))
    room, lookout = plant.services().incident_room, plant.services().lookout
    await join_alerts([raise_alert("cell-1", NOW)], room=room, lookout=lookout)
    window = Window(
        "window:standing", SITE, "out of service", Scope(), NOW, None, None, "", "ada", NOW
    )
    await set_window(window, room)
    plant.webhook.names = frozenset()
    step = Step(0, (Target("email", "ada@plant.example"),))
    await set_rule(Rule("standing", SITE, (step,)), plant.services().notify_room)
    plant.desks.audit.clear()
    plant.incidents.audit.clear()
    return plant


async def send(plant: Plant, name: str, **changes: Any) -> tuple[int, Any]:  # noqa: ANN401 (any part of a call)
    sample = SAMPLES[name]
    parts = {"route": sample.route, "params": sample.params, "body": sample.body, **changes}
    return await call(plant, name, principal=ADA, **parts)


async def refuse(plant: Plant, name: str, *statuses: int, **changes: Any) -> str:  # noqa: ANN401 (any part of a call)
    """Send what is to be refused; returns what is said, once nothing is found to be done."""
    status, content = await send(plant, name, **changes)
    assert status in statuses, content
    assert set(content) == PROBLEM
    assert plant.workshop.requests.queue == []
    assert plant.workshop.sites.audit == plant.keys.audit == []
    assert plant.incidents.audit == plant.desks.audit == {}
    return str(content["detail"])


def test_every_route_has_its_sample() -> None:
    assert [route.name for route in ROUTES] == [*dict.fromkeys(route.name for route in ROUTES)]
    assert {route.name for route in ROUTES} == SAMPLES.keys()


def test_samples_say_wrongly_whatever_a_route_takes() -> None:
    """So that a parameter that is added gets its line."""
    for route in ROUTES:
        sample = SAMPLES[route.name]
        texts = {
            "site",
            "device",
            "reason",
            "rule",
            "incident",
        }  # any text is one; whether it is there, is tried below
        if route.name in {"incidents", "deliveries"}:
            texts.add("before")  # an id: any text is one
        named = {name for name, _ in sample.bad_params}
        assert named == {*_names(route.query)} - texts, route.name
        assert bool(sample.bad_bodies) == bool(_names(route.body)), route.name


def _names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 (a record's class)
    return kind.__struct_encode_fields__  # type: ignore[no-any-return]  # the library's own


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_is_served(plant: Plant, name: str) -> None:
    status, content = await send(plant, name)
    assert status == SAMPLES[name].status, content


@pytest.mark.parametrize("name", SAMPLES)
async def test_an_unknown_parameter_is_named(plant: Plant, name: str) -> None:
    params = {**SAMPLES[name].params, "sight": "north"}
    said = await refuse(plant, name, 400, params=params)
    assert said.startswith("the parameter 'sight' is unknown; ")
    assert all(known in said for known in SAMPLES[name].params)


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_parameter_given_twice_is_named(plant: Plant, name: str) -> None:
    params = [*SAMPLES[name].params.items(), ("site", "north"), ("site", "north")]
    said = await refuse(plant, name, 400, params=params)
    assert said == "the parameter 'site' is given more than once"


@pytest.mark.parametrize(
    ("name", "parameter", "text"),
    [(name, *bad) for name, sample in SAMPLES.items() for bad in sample.bad_params],
)
async def test_a_parameter_of_a_wrong_type_or_out_of_range_is_named(
    plant: Plant, name: str, parameter: str, text: str
) -> None:
    said = await refuse(plant, name, 400, params={**SAMPLES[name].params, parameter: text})
    assert parameter in said or f"{text!r} is no position" in said
    assert len(said) < 200


@pytest.mark.parametrize("name", OF_SITE)
async def test_an_unknown_site_is_named_with_those_that_there_are(plant: Plant, name: str) -> None:
    params = {**SAMPLES[name].params, "site": "nowhere"}
    params.pop("device", None)
    said = await refuse(plant, name, 400, params=params)
    assert "'nowhere'" in said
    assert "there are north" in said or "no device is tagged with the site" in said


@pytest.mark.parametrize("name", OF_DEVICE)
async def test_an_unknown_device_is_named(plant: Plant, name: str) -> None:
    said = await refuse(plant, name, 404, route={"id": "cell-77"})
    assert said == "no device 'cell-77' has reported yet"


async def test_an_unknown_device_among_the_parameters_is_named(plant: Plant) -> None:
    said = await refuse(plant, "alerts", 404, params={"device": "cell-77"})
    assert said == "no device 'cell-77' has reported yet"


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [(name, *bad) for name, sample in SAMPLES.items() for bad in sample.bad_bodies],
)
async def test_a_body_that_says_something_else_is_refused(
    plant: Plant, name: str, body: Mapping[str, Any], expected: str
) -> None:
    assert expected in await refuse(plant, name, 400, body=body)


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a": 1, "a": 2}', "the key 'a' is given more than once"),
        (b'{"paused": NaN}', "NaN is no number of JSON"),
        (b'{"\xff": 1}', "no JSON"),
    ],
)
async def test_a_malformed_body_is_refused(
    plant: Plant, name: str, body: bytes, expected: str
) -> None:
    assert expected in await refuse(plant, name, 400, body=body)


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_body_that_is_too_long_or_no_json_is_refused_by_its_own_status(
    plant: Plant, name: str
) -> None:
    assert "more than" in await refuse(
        plant, name, 413, body=b" " * (BY_NAME[name].body.most_bytes + 1)
    )
    said = await refuse(plant, name, 415, body={}, content_type="text/plain")
    assert said == "send JSON, with content-type application/json"


async def test_an_answer_quotes_no_more_than_can_be_read(plant: Plant) -> None:
    body = {"pins": {"x" * 500_000: "cell-1"}}
    said = await refuse(plant, "change_overrides", 400, body=body)
    assert said.startswith("overrides.pins: 'xxx")
    assert len(said) < 3_000


@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.role != ANYONE])
async def test_who_may_not_ask_learns_nothing_of_what_would_be_wrong(
    plant: Plant, name: str
) -> None:
    _, content = await call(plant, name, principal=None, params={"sight": "north"})
    assert content["detail"] == "sign in first"
    if BY_NAME[name].role in {OPERATOR, ADMIN}:
        status, _ = await call(plant, name, principal=GUEST, params={"sight": "north"})
        assert status == 403
