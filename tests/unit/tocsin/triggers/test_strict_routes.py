"""Every route refuses what it does not know, by name: a misspelt parameter is none left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes.alerts import raise_alert
from tests.fakes.keys_of_people import make_key
from tests.fakes.messages import NOW
from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.http_calls import ADMIN as ADA
from tests.unit.tocsin.triggers.http_calls import BY_NAME, PROBLEM, call
from tests.unit.tocsin.triggers.http_calls import VIEWER as GUEST
from tests.unit.tocsin.triggers.samples.every import SAMPLES
from tests.unit.tocsin.triggers.samples.of_notifications import LOST
from tests.unit.tocsin.workshops import SITE, run
from tocsin.domain.access.principal import ADMIN, ANYONE, OPERATOR
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.domain.notifications.rule import Rule, Step, Target
from tocsin.triggers.http import ROUTES
from tocsin.usecases.incidents.join_alerts import join_alerts
from tocsin.usecases.maintenance.keep_windows import set_window
from tocsin.usecases.notifications.keep_rules import set_rule

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
