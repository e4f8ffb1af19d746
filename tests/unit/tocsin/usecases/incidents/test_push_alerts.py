"""Alerts are shown and plans asked for, whatever one alert or one service does to the others."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_marks import AlertKey, write_owed
from tocsin.usecases.incidents.push_alerts import push_alerts, sweep_alerts

ALERT = alert_record(5)
HEALTHY = write_owed(alert_record(9, "rig-9", siteId="healthy"))


async def store(plant: Plant, *alerts: Alert) -> list[dict[str, Any]]:
    """Write alerts; returns what the feed brings of them."""
    await plant.store.save_alerts(alerts)
    return [write_owed(alert) for alert in alerts]


def shown(plant: Plant) -> list[tuple[str, str]]:
    return [(site, message["alert"]["id"]) for site, message in plant.live.alerts]


def stored(plant: Plant, device_id: str, document_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plant.store.containers["alerts"][device_id, document_id])
    return found


async def test_alerts_go_to_their_sites_in_order_and_are_marked() -> None:
    plant = Plant()
    cleared = alert_record(6, type="cleared")
    south = alert_record(6, "rig-2", siteId="south")
    await push_alerts(await store(plant, ALERT, cleared, south), plant.services().doors)
    north = [message for site, message in plant.live.alerts if site == "north"]
    assert north == [
        {"type": "alert", "siteId": "north", "alert": alert.to_document()}
        for alert in (ALERT, cleared)
    ]
    assert ("south", "6-raised") in shown(plant)
    marks = {"shownAt": NOW, "askedAt": NOW, "joinedAt": NOW}
    assert stored(plant, "rig-1", "5-raised") == {**ALERT.to_document(), **marks}
    assert stored(plant, "rig-1", "6-cleared") == {
        **cleared.to_document(),
        "shownAt": NOW,
        "joinedAt": NOW,
    }


async def test_the_feed_brings_the_marking_too_and_nobody_is_shown_it() -> None:
    plant = Plant()
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    marked = stored(plant, "rig-1", "5-raised")
    sidelined = {**write_owed(ALERT), "sidelinedAt": NOW}
    await push_alerts([marked, sidelined], plant.services().doors)
    assert len(plant.live.alerts) == 1


async def test_what_nobody_could_be_shown_is_shown_by_the_next_sweep() -> None:
    plant = Plant()
    plant.live.away = True
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    assert plant.workshop.requests.kinds() == ["alert"], "the work moves meanwhile"
    await sweep_alerts(plant.services().doors)
    plant.live.away = False
    assert shown(plant) == []
    await sweep_alerts(plant.services().doors)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    assert plant.workshop.requests.kinds() == ["alert"]


async def test_an_alert_whose_feed_was_killed_is_swept() -> None:
    """The host died after the feed had moved on, and before anything was sent."""
    plant = Plant()
    await store(plant, ALERT)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    assert plant.workshop.requests.kinds() == ["alert"]


async def test_a_sweep_leaves_to_the_feed_what_was_just_stored() -> None:
    plant = Plant()
    plant.store.now_s = NOW // 1_000 - 4
    await store(plant, ALERT)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == []
    plant.workshop.clock.pass_s(3)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]


async def test_a_message_delivered_again_shows_its_alert_again_rather_than_never() -> None:
    plant = Plant()
    for _ in range(2):
        await push_alerts(await store(plant, ALERT), plant.services().doors)
    assert shown(plant) == [("north", "5-raised")] * 2


async def test_raised_alerts_ask_once_a_site_for_a_plan_a_moment_later() -> None:
    plant = Plant()
    batch = [
        ALERT,
        alert_record(7, "rig-2"),
        alert_record(5, "rig-3", siteId="south"),
        alert_record(5, type="cleared", siteId="east"),
    ]
    await push_alerts(await store(plant, *batch), plant.services().doors)
    north, south = plant.workshop.requests.queue
    assert north == (
        {
            "siteId": "north",
            "kind": "alert",
            "requestedAt": NOW,
            "text": "alert of rig-1, rig-2",
            "alerted": {"rig-1": 5, "rig-2": 7},
            "version": None,
        },
        1,
    )
    assert south[0]["siteId"] == "south"


async def test_a_queue_that_is_away_keeps_nobody_from_seeing_and_is_asked_again() -> None:
    plant = Plant()
    plant.workshop.requests.away = True
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    plant.workshop.requests.away = False
    await sweep_alerts(plant.services().doors)
    await sweep_alerts(plant.services().doors)
    assert plant.workshop.requests.kinds() == ["alert"]
    assert shown(plant) == [("north", "5-raised")], "seen once, though asked for twice"


async def test_a_request_that_is_refused_for_good_is_not_made_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    plant.workshop.requests.refuses = True
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    assert "Site 'north' cannot be planned because of its alerts" in caplog.text
    caplog.clear()
    await sweep_alerts(plant.services().doors)
    assert caplog.text == ""


async def test_a_flood_of_alerts_asks_in_requests_that_a_queue_takes() -> None:
    plant = Plant()
    flood = [alert_record(5, f"rig-{number:04}-{'x' * 100}") for number in range(250)]
    await push_alerts(await store(plant, *flood), plant.services().doors)
    asked = [request for request, _ in plant.workshop.requests.queue]
    assert [len(request["alerted"]) for request in asked] == [100, 100, 50]
    assert all(len(json.dumps(request)) < 48 * 1_024 for request in asked), "64 KiB in base64"
    assert asked[0]["text"].endswith(" and 90 more")


async def test_services_that_hang_do_not_hang_the_feed() -> None:
    plant = Plant()
    plant.live.hangs = plant.workshop.requests.hangs = True
    impatient = replace(plant.services().doors, show_s=0.05, ask_s=0.05)
    async with asyncio.timeout(5):
        await push_alerts(await store(plant, ALERT), impatient)
    plant.live.hangs = plant.workshop.requests.hangs = False
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    assert plant.workshop.requests.kinds() == ["alert"]


async def test_an_alert_that_is_refused_is_sidelined_and_the_rest_is_shown() -> None:
    plant = Plant()
    endless = "x" * 60_000
    plant.live.refuses.add(endless)
    bad = alert_record(5, "rig-2", siteId=endless)
    await push_alerts(await store(plant, bad, ALERT), plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    (letter,) = plant.dead_letters.files.values()
    assert (letter["kind"], letter["reason"], letter["deviceId"]) == ("alert", "refused", "rig-2")
    assert letter["alert"]["siteId"] == endless
    assert stored(plant, "rig-2", "5-raised")["sidelinedAt"] == NOW
    await sweep_alerts(plant.services().doors)
    assert len(plant.dead_letters.files) == 1


async def test_a_damaged_alert_stays_owed_while_there_is_no_box_to_put_it_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    plant.dead_letters.away = True
    damaged = {**write_owed(ALERT), "t": None}
    plant.store.containers["alerts"]["rig-1", "5-raised"] = json.dumps(damaged)
    plant.store.written_s["rig-1", "5-raised"] = 0
    await push_alerts([damaged, HEALTHY], plant.services().doors)
    assert shown(plant) == [("healthy", "9-raised")]
    assert "'5-raised' of device 'rig-1' is damaged: t is None" in caplog.text
    plant.dead_letters.away = False
    await sweep_alerts(plant.services().doors)
    await sweep_alerts(plant.services().doors)
    assert plant.dead_letters.reasons == ["damaged"]


async def test_an_alert_that_takes_no_mark_is_shown_once_and_put_aside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    key = AlertKey("rig-1", "5-raised")
    plant.alert_marks.refused.add(key)
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    for _ in range(3):
        await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")]
    (letter,) = plant.dead_letters.files.values()
    assert (letter["kind"], letter["reason"]) == ("alert", "refused")
    assert "it takes no mark: the database marked no alert" in letter["text"]
    assert "An alert is put aside" in caplog.text


async def test_an_alert_that_takes_no_mark_waits_for_a_place_aside() -> None:
    plant = Plant()
    plant.alert_marks.refused.add(AlertKey("rig-1", "5-raised"))
    plant.dead_letters.away = True
    await push_alerts(await store(plant, ALERT), plant.services().doors)
    plant.dead_letters.away = False
    await sweep_alerts(plant.services().doors)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")] * 2
    assert plant.dead_letters.reasons == ["refused"]


async def test_a_database_that_cannot_mark_has_alerts_shown_twice_rather_than_never() -> None:
    plant = Plant()
    documents = await store(plant, ALERT)
    plant.alert_marks.away = True
    await push_alerts(documents, plant.services().doors)
    plant.alert_marks.away = False
    await sweep_alerts(plant.services().doors)
    await sweep_alerts(plant.services().doors)
    assert shown(plant) == [("north", "5-raised")] * 2


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
    max_leaves=6,
)  # fmt: skip
DAMAGES = st.dictionaries(st.sampled_from(sorted(write_owed(ALERT))), ANY_JSON, max_size=5)


@settings(max_examples=150, deadline=None)
@given(DAMAGES, st.sets(st.sampled_from(sorted(write_owed(ALERT))), max_size=4))
async def test_whatever_an_alert_is_its_neighbour_is_shown(
    changes: dict[str, Any], dropped: set[str]
) -> None:
    plant = Plant()
    odd = {**write_owed(ALERT), **changes}
    odd = {name: value for name, value in odd.items() if name not in dropped}
    outcome = await push_alerts([odd, HEALTHY], plant.services().doors)
    assert ("healthy", "9-raised") in shown(plant)
    assert outcome.marks[AlertKey("rig-9", "9-raised")] == {
        "shownAt": NOW,
        "askedAt": NOW,
        "joinedAt": NOW,
    }
    others = len(plant.live.alerts) - 1 + len(plant.dead_letters.files)
    assert others or odd.get("shownAt") is not None or odd.get("sidelinedAt") is not None
