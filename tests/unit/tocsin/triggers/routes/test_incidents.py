"""Operators look at incidents and act on them, with nothing but the database at hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.messages import NOW
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.announced import announce_incident
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.http_calls import OPERATOR, call
from tocsin.domain.incidents.incident import name_incident

NORTH = {"site": "north"}
INCIDENT = {"id": name_incident(raise_alert("rig-1", NOW))}


@pytest.fixture
async def plant() -> Plant:
    return await announce_incident()


async def act(plant: Plant, what: str, body: object = None) -> tuple[int, Any]:
    return await call(
        plant,
        f"{what}_incident",
        principal=OPERATOR,
        route=INCIDENT,
        params=NORTH,
        body={} if body is None else body,
    )


async def test_an_incident_is_listed_in_words(plant: Plant) -> None:
    status, content = await call(plant, "incidents", params=NORTH)
    assert status == 200
    (incident,) = content["incidents"]
    assert incident["text"].startswith("rig-1: heat_c 71.9; 75 % of the score")
    assert incident["lasting"] == "for 40 s"
    assert (incident["state"], incident["active"]) == ("unacknowledged", True)
    assert incident["announcedAt"] == plant.workshop.clock()


async def test_one_incident_is_shown_with_its_story(plant: Plant) -> None:
    await act(plant, "acknowledge", {"comment": "mine"})
    status, content = await call(plant, "incident", route=INCIDENT, params=NORTH)
    assert status == 200
    story = [(entry["what"], entry["by"]) for entry in content["timeline"]]
    assert story == [("opened", "tocsin"), ("announced", "tocsin"), ("acknowledged", "Grace")]
    assert content["timeline"][2]["text"] == "mine"
    assert content["devices"][0]["alerts"][0]["alertId"] == f"rig-1-{NOW}"
    assert content["revision"] == 3


async def test_people_act_while_hub_live_service_and_queue_are_away(plant: Plant) -> None:
    plant.live.away = True
    plant.workshop.requests.away = True
    plant.workshop.twins.away = {"everyone"}
    until = plant.workshop.clock() + 600_000
    assert (await act(plant, "acknowledge"))[1]["state"] == "acknowledged"
    assert (await act(plant, "shelve", {"until": until}))[1]["held"] == ["shelved"]
    assert (await act(plant, "unshelve"))[1]["held"] == []
    assert (await act(plant, "comment", {"comment": "a belt"}))[0] == 200
    status, content = await act(plant, "close")
    assert (status, content["detail"][:29]) == (409, "the incident is still active;")
    assert (await act(plant, "close", {"force": True}))[1]["state"] == "closed"
    audit = [record["what"] for record in plant.incidents.audit.values()]
    assert audit[2:] == ["acknowledged", "shelved", "unshelved", "commented", "closed"]


async def test_acting_twice_changes_nothing(plant: Plant) -> None:
    _, first = await act(plant, "acknowledge")
    _, again = await act(plant, "acknowledge")
    assert first == again


async def test_what_is_closed_takes_no_shelf(plant: Plant) -> None:
    await act(plant, "close", {"force": True})
    status, content = await act(plant, "shelve", {"until": plant.workshop.clock() + 1})
    assert (status, content["detail"]) == (
        409,
        "the incident is closed; the next alert opens another",
    )


async def test_what_was_done_with_can_still_be_commented_on(plant: Plant) -> None:
    await plant.store.save_alerts([clear_alert("rig-1", NOW, NOW + 9)])
    functions = functions_of(plant.services())
    await functions["sweep_alerts"](None)
    for _ in range(3):
        plant.workshop.clock.pass_s(1_000)
        await functions["tend_incidents"](None)
    assert not plant.incidents.all()[0].is_live
    status, content = await act(plant, "comment", {"comment": "it was the belt"})
    assert (status, content["state"]) == (200, "closed")
    await functions["tend_incidents"](None)
    assert not plant.incidents.all()[0].is_live
    records = [record["text"] for record in plant.incidents.audit.values()]
    assert records.count("it was the belt") == 1


async def test_who_watches_sees_each_change(plant: Plant) -> None:
    plant.live.sent.clear()
    await act(plant, "acknowledge")
    ((site, message),) = plant.live.sent
    assert (site, message["type"], message["incident"]["state"]) == (
        "north", "incident", "acknowledged",
    )  # fmt: skip


async def test_a_window_is_set_shown_tried_and_taken_away(plant: Plant) -> None:
    plant.workshop.twins.add("rig-1", "north")
    body = {
        "startsAt": NOW,
        "recurrence": {"rule": "FREQ=DAILY", "zone": "Europe/Berlin", "lastingMin": 60},
        "scope": {"kind": "device", "name": "rig-1"},
    }
    sent: dict[str, Any] = {"principal": OPERATOR, "params": NORTH}
    status, tried = await call(plant, "preview_window", body=body, **sent)
    assert (status, tried["text"]) == (
        200, "over the last 30 days this would have held 1 of 1 incidents",
    )  # fmt: skip
    status, _ = await call(plant, "set_window", route={"id": "daily"}, body=body, **sent)
    assert status == 200
    _, content = await call(plant, "maintenance", params=NORTH)
    (window,) = content["windows"]
    assert (window["id"], window["on"], window["by"]) == ("daily", True, "Grace")
    assert window["recurrence"]["lastingMin"] == 60
    status, content = await call(plant, "remove_window", route={"id": "daily"}, **sent)
    assert (status, content) == (200, {"removed": "daily"})


@pytest.mark.parametrize("name", ["", "a/b", "-", "x" * 65, "..", "ü"])
async def test_a_window_that_cannot_be_called_so_is_refused(plant: Plant, name: str) -> None:
    status, content = await call(
        plant, "set_window", principal=OPERATOR, params=NORTH, route={"id": name},
        body={"startsAt": NOW, "endsAt": NOW + 9},
    )  # fmt: skip
    assert status == 400
    assert "no window can be called" in content["detail"]


async def test_how_often_people_were_called_is_told_with_the_noisiest(plant: Plant) -> None:
    status, content = await call(plant, "alarm_performance", params=NORTH)
    assert (status, content["calls"], content["opened"], content["olderThanDay"]) == (200, 1, 1, 0)
    assert content["noisiest"] == [
        {"deviceId": "rig-1", "what": "heat_c", "calls": 1, "sharePct": 100.0}
    ]
    assert content["bars"].keys() < content.keys()
    plant.workshop.clock.pass_s(25 * 3_600)
    _, content = await call(plant, "alarm_performance", params={**NORTH, "days": "1"})
    assert (content["calls"], content["olderThanDay"]) == (0, 1)
