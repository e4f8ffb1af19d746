from __future__ import annotations

import pytest

from tests.fakes.messages import NOW, stream
from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import NOBODY, VIEWER, call

FIELDS = {
    "id", "type", "alertId", "deviceId", "siteId", "profile", "t", "score", "threshold", "cause",
    "contributions", "sensors", "badValues", "limit", "subject", "state",
    "late", "modelVersion", "enqueuedAt",
    "open", "clearedAt",
}  # fmt: skip


@pytest.fixture
async def plant() -> Plant:
    """rig-1 was in an alert and is no more, rig-2 still is."""
    plant = Plant()
    await plant.score(stream([8] * 5, odd=[20, 21], device_id="rig-1", site_id="north"))
    await plant.score(stream([8] * 4, odd=[30, 31], device_id="rig-2", site_id="south"))
    return plant


async def test_alerts_are_shown_with_all_that_was_known_when_they_were_raised(
    plant: Plant,
) -> None:
    status, content = await call(plant, "alerts")
    assert (status, content["older"]) == (200, None)
    by_device = {alert["deviceId"]: alert for alert in content["alerts"]}
    assert by_device.keys() == {"rig-1", "rig-2"}
    stored = {
        alert["alertId"]: alert for alert in plant.store.all("alerts") if alert["type"] == "raised"
    }
    for alert in by_device.values():
        assert alert.keys() == FIELDS
        assert alert["type"] == "raised"
        document = stored[alert["alertId"]]
        assert {document[name] for name in ("shownAt", "askedAt")} == {None}
        known = FIELDS - {"open", "clearedAt"}
        assert {name: alert[name] for name in known} == {name: document[name] for name in known}
    over, still = by_device["rig-1"], by_device["rig-2"]
    assert (over["open"], still["open"], still["clearedAt"]) == (False, True, None)
    assert over["clearedAt"] > over["t"]


async def test_open_alerts_of_a_site(plant: Plant) -> None:
    for site, devices in (("north", []), ("south", ["rig-2"])):
        _, content = await call(plant, "alerts", params={"site": site, "state": "open"})
        assert [alert["deviceId"] for alert in content["alerts"]] == devices


async def test_a_page_says_where_the_next_one_begins(plant: Plant) -> None:
    _, first = await call(plant, "alerts", params={"max": "1"})
    _, second = await call(plant, "alerts", params={"max": "1", "before": first["older"]})
    assert second["older"] is None
    found = [alert["alertId"] for page in (first, second) for alert in page["alerts"]]
    _, whole = await call(plant, "alerts")
    assert found == [alert["alertId"] for alert in whole["alerts"]]


async def test_viewers_see_alerts_and_strangers_do_not(plant: Plant) -> None:
    assert [(await call(plant, "alerts", principal=who))[0] for who in (VIEWER, NOBODY, None)] == [
        200,
        403,
        401,
    ]


async def test_an_alert_that_cannot_be_shown_hides_no_other(plant: Plant) -> None:
    poisoned = alert_record(NOW - 500, cause="magic")
    await plant.store.save_alerts([poisoned])
    status, content = await call(plant, "alerts")
    assert status == 200
    assert {alert["deviceId"] for alert in content["alerts"]} == {"rig-1", "rig-2"}
    assert content["damaged"] == [poisoned.document_id]
