"""Operators say who is told of what, try it, see what became of it, and switch it off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.announced import announce_incident
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.http_calls import OPERATOR, answer, call
from tests.unit.tocsin.triggers.test_rebalance import message
from tocsin.domain.errors import DeliveryError, InvalidRequestError

NORTH = {"site": "north"}
BODY: dict[str, Any] = {
    "steps": [
        {
            "targets": [
                {"channel": "email", "name": "ada@plant.example", "person": "Ada"},
                {"channel": "slack", "name": "shift"},
            ]
        },
        {"afterMin": 15, "targets": [{"channel": "email", "name": "bob@plant.example"}]},
    ],
    "severities": ["low", "medium", "high"],
    "groupIntervalS": 0,
    "repeatMin": 30,
    "hours": {
        "zone": "Europe/Berlin",
        "spans": [
            {"days": ["mo", "tu", "we", "th", "fr", "sa", "su"], "from": "00:00", "to": "24:00"}
        ],
        "holidays": "BEGIN:VEVENT\nSUMMARY:Xmas\nDTSTART;VALUE=DATE:20201225\nEND:VEVENT",
    },
}


@pytest.fixture
async def plant() -> Plant:
    return await announce_incident()


async def ask(plant: Plant, name: str, **parts: Any) -> tuple[int, Any]:  # noqa: ANN401 (any part of a call)
    return await call(plant, name, principal=OPERATOR, **{"params": NORTH, **parts})


async def set_rule(plant: Plant, body: Any = BODY) -> tuple[int, Any]:  # noqa: ANN401 (any body)
    return await ask(plant, "set_notification_rule", route={"id": "shift"}, body=body)


async def ring(plant: Plant) -> None:
    """The clock rings, and the queue brings what it rang for."""
    functions = functions_of(plant.services())
    await functions["ring_sites"](None)
    for site_id in plant.bell.rung:
        await functions["notify"](message(f'{{"siteId": "{site_id}"}}'))
    plant.bell.rung.clear()


async def test_a_rule_is_shown_as_it_was_set(plant: Plant) -> None:
    status, content = await set_rule(plant)
    assert (status, content["revision"], content["by"]) == (200, 1, "Grace")
    _, listed = await ask(plant, "notification_rules")
    assert listed == {"rules": [content]}
    assert content["inHours"] is True
    assert content["steps"][1]["afterMin"] == 15
    assert content["hours"]["spans"][0] == {
        "days": sorted(BODY["hours"]["spans"][0]["days"]), "from": "00:00", "to": "24:00",
    }  # fmt: skip
    (record,) = plant.desks.audit.values()
    assert (record["type"], record["by"], record["before"]) == ("rule", "Grace", None)


async def test_the_clock_and_the_queue_have_people_told_and_the_list_says_so(
    plant: Plant,
) -> None:
    await set_rule(plant)
    plant.slack.fails["*"] = DeliveryError("Slack answered 500")
    await ring(plant)
    assert plant.mail.list_kinds() == [("ada@plant.example", "opened")]
    status, content = await ask(plant, "deliveries")
    assert status == 200
    by_channel = {each["target"]["channel"]: each for each in content["deliveries"]}
    assert by_channel["email"]["status"] == "sent"
    assert by_channel["email"]["subject"].startswith("[north] low: rig-1: heat_c 71.9")
    assert by_channel["slack"]["status"] == "pending"
    assert by_channel["slack"]["reason"] == "Slack answered 500"
    assert by_channel["slack"]["nextAt"] == plant.workshop.clock() + 30_000
    _, failed = await ask(plant, "deliveries", params={**NORTH, "status": "pending"})
    assert [each["id"] for each in failed["deliveries"]] == [by_channel["slack"]["id"]]
    _, first = await ask(plant, "deliveries", params={**NORTH, "max": "1"})
    _, second = await ask(plant, "deliveries", params={**NORTH, "before": first["older"]})
    assert len(first["deliveries"]) == len(second["deliveries"]) == 1


async def test_a_rule_is_tried_with_a_test_message(plant: Plant) -> None:
    await set_rule(plant)
    plant.slack.fails["*"] = DeliveryError("Slack answered 500")
    status, content = await ask(plant, "try_notification_rule", route={"id": "shift"})
    assert status == 200
    tried = {each["target"]["name"]: each["status"] for each in content["deliveries"]}
    assert tried == {"ada@plant.example": "sent", "bob@plant.example": "sent", "shift": "pending"}
    assert plant.mail.sent[0][1].text.startswith("Grace tries the rule shift")


async def test_of_two_who_change_a_rule_the_second_is_told(plant: Plant) -> None:
    await set_rule(plant)
    await set_rule(plant)
    response = await answer(
        plant.services(),
        "set_notification_rule",
        method="PUT",
        headers={
            "X-MS-CLIENT-PRINCIPAL": OPERATOR,
            "Content-Type": "application/json",
            "If-Match": '"1"',
        },
        route={"id": "shift"},
        params=[("site", "north")],
        body=b'{"steps": [{"targets": [{"channel": "slack", "name": "shift"}]}]}',
    )
    assert response.status_code == 412


async def test_a_rule_that_was_changed_meanwhile_is_not_taken_away(plant: Plant) -> None:
    await set_rule(plant)
    await set_rule(plant)
    for revision, status in ((1, 412), (2, 200)):
        response = await answer(
            plant.services(),
            "remove_notification_rule",
            method="DELETE",
            headers={"X-MS-CLIENT-PRINCIPAL": OPERATOR, "If-Match": f'"{revision}"'},
            route={"id": "shift"},
            params=[("site", "north")],
        )
        assert response.status_code == status
    removed = [each for each in plant.desks.audit.values() if each["after"] is None]
    assert len(removed) == 1


async def test_the_switch_is_turned_on_the_record(plant: Plant) -> None:
    _, content = await ask(plant, "notifications")
    assert (content["on"], content["perHour"], content["revision"]) == (True, 30, 0)
    await set_rule(plant)
    status, content = await ask(plant, "switch_notifications", body={"on": False})
    assert (status, content["on"], content["by"]) == (200, False, "Grace")
    await ring(plant)
    assert plant.mail.attempts == 0
    await ask(plant, "switch_notifications", body={"on": True, "perHour": 5})
    await ring(plant)
    assert plant.mail.list_kinds() == [("ada@plant.example", "opened")]
    switched = [each for each in plant.desks.audit.values() if each["type"] == "notifications"]
    assert [(each["before"]["on"], each["after"]["on"]) for each in switched] == [
        (True, False), (False, True),
    ]  # fmt: skip


async def test_a_rule_is_taken_away_on_the_record(plant: Plant) -> None:
    await set_rule(plant)
    route = {"id": "shift"}
    assert await ask(plant, "remove_notification_rule", route=route) == (
        200, {"removed": "shift", "revision": 0},
    )  # fmt: skip
    status, content = await ask(plant, "remove_notification_rule", route=route)
    assert (status, content["detail"]) == (404, "site 'north' has no rule 'shift'")
    assert [each["after"] is None for each in plant.desks.audit.values()] == [False, True]


@pytest.mark.parametrize("name", ["", "a/b", "-", "x" * 65, "..", "ü"])
async def test_a_rule_that_cannot_be_called_so_is_refused(plant: Plant, name: str) -> None:
    status, content = await ask(plant, "set_notification_rule", route={"id": name}, body=BODY)
    assert (status, "no rule can be called" in content["detail"]) == (400, True)


async def test_rules_are_set_while_hub_live_service_and_queue_are_away(plant: Plant) -> None:
    plant.live.away = plant.bell.away = plant.workshop.requests.away = True
    plant.workshop.twins.away = {"everyone"}
    assert (await set_rule(plant))[0] == 200
    await functions_of(plant.services())["ring_sites"](None)
    assert plant.mail.list_kinds() == [("ada@plant.example", "opened")]


async def test_a_ring_that_cannot_be_read_fails_into_the_poison_queue(plant: Plant) -> None:
    for body in ("not json", "{}", '{"siteId": 3}', "[]"):
        with pytest.raises(InvalidRequestError):
            await functions_of(plant.services())["notify"](message(body))


async def test_a_ring_while_the_database_is_away_is_no_poison(plant: Plant) -> None:
    plant.desks.away = True
    await functions_of(plant.services())["notify"](message('{"siteId": "north"}'))


async def test_a_rule_is_tried_on_the_past_before_it_is_set(plant: Plant) -> None:
    plant.workshop.clock.pass_s(20 * 60)
    status, tried = await ask(plant, "preview_notification_rule", body=BODY)
    assert status == 200
    assert tried["text"] == (
        "over the last 30 days this would have told people of 1 of 1 incidents, "
        "and the next in line of 1"
    )
    assert [each["deviceIds"] for each in tried["told"]] == [["rig-1"]]
    _, tried = await ask(plant, "preview_notification_rule", body={**BODY, "severities": ["high"]})
    assert (tried["incidents"], tried["told"], tried["escalated"]) == (1, [], 0)
    assert (await ask(plant, "notification_rules"))[1]["rules"] == []
    assert plant.mail.sent == []
