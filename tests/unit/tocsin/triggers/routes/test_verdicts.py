"""What is said of an incident is learned by its devices, and told in its story."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.alerts import raise_alert
from tests.fakes.messages import RIG, stream
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.records import device_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.http_calls import OPERATOR, VIEWER, answer, call
from tocsin.domain.alerts.silence import raise_silence

NORTH = {"site": "north"}


@pytest.fixture
async def plant() -> Plant:
    """rig-1 was in an alert, which is an incident."""
    return await plant_with(odd=range(20, 26))


async def plant_with(*, odd: range) -> Plant:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG, threshold=20.0, clear_after=8))))
    await plant.score(stream([8] * 10, odd=odd))
    await sweep(plant)
    return plant


async def sweep(plant: Plant) -> None:
    plant.store.now_s = plant.workshop.clock() // 1_000 - 60
    await functions_of(plant.services())["sweep_alerts"](None)


async def judge(plant: Plant, verdict: str, **body: Any) -> tuple[int, Any]:  # noqa: ANN401 (any key)
    (incident,) = plant.incidents.all()
    return await call(
        plant, "judge_incident", principal=OPERATOR, params=NORTH,
        route={"id": incident.incident_id}, body={"verdict": verdict, **body},
    )  # fmt: skip


async def test_a_preview_changes_nothing(plant: Plant) -> None:
    before = plant.store.snapshot(), dict(plant.incidents.kept)
    status, content = await judge(plant, "normal", preview=True)
    assert (status, content["applied"]) == (200, False)
    (device,) = content["devices"]
    assert [effect["effect"] for effect in device["feedback"]["effects"]] == ["silenced"]
    assert (plant.store.snapshot(), plant.incidents.kept) == before


async def test_alerts_that_were_normal_are_silenced_and_the_incident_is_over(
    plant: Plant,
) -> None:
    status, content = await judge(plant, "normal", comment="the night shift")
    assert (status, content["applied"]) == (200, True)
    incident = content["incident"]
    assert (incident["active"], incident["state"]) == (False, "closed")
    told = [entry for entry in incident["timeline"] if entry["what"] == "judged"]
    assert [(entry["by"], entry["text"]) for entry in told] == [("Grace", "the night shift")]
    assert "silences 1 of its 1 alerts" in told[0]["after"]
    (threshold,) = plant.store.all("settings")
    assert threshold["factor"] == content["devices"][0]["feedback"]["factor"]
    assert set(threshold["labels"].values()) == {"normal"}
    recorded = [record["what"] for record in plant.incidents.audit.values()]
    assert "judged" in recorded
    status, again = await judge(plant, "normal", comment="the night shift")
    assert [entry["what"] for entry in again["incident"]["timeline"]].count("judged") == 1


async def test_a_confirmed_anomaly_that_goes_on_has_somebody() -> None:
    plant = await plant_with(odd=range(70, 80))
    status, content = await judge(plant, "anomaly", devices=["rig-1"])
    assert status == 200
    incident = content["incident"]
    assert (incident["active"], incident["state"]) == (True, "acknowledged")
    assert [entry["what"] for entry in incident["timeline"]][-2:] == ["judged", "acknowledged"]
    assert content["devices"][0]["feedback"]["effects"][0]["effect"] == "kept"


async def test_what_cannot_be_said_is_told_for_each_device(plant: Plant) -> None:
    """A silence has no threshold, and what is in no alert has nothing to call normal."""
    status, content = await judge(plant, "new normal")
    assert status == 400
    assert "rig-1' is in no alert" in content["detail"]
    assert plant.store.all("settings") == []


async def test_a_silence_is_judged_by_nobody() -> None:
    plant = Plant()
    record = device_record("rig-1")
    await plant.store.save_devices([record])
    await plant.store.save_alerts([raise_silence(record)])
    await sweep(plant)
    status, content = await judge(plant, "normal", preview=True)
    assert status == 200
    assert "it was silent" in content["devices"][0]["error"]
    assert (await judge(plant, "normal"))[0] == 400


async def test_a_limit_that_was_passed_is_no_matter_of_the_threshold(plant: Plant) -> None:
    """It is in the same incident, and keeps nobody from judging the rest of it."""
    (incident,) = plant.incidents.all()
    raised = incident.process.sources[0].episodes[0].raised_t or 0
    limit = replace(raise_alert("rig-1", raised + 1), cause="limit", alert_id="rig-1-of-a-limit")
    await plant.store.save_alerts([limit])
    await sweep(plant)
    status, content = await judge(plant, "normal", preview=True)
    assert status == 200
    (effect,) = content["devices"][0]["feedback"]["effects"]
    assert effect["alertId"] != "rig-1-of-a-limit"


async def test_a_device_that_is_elsewhere_by_now_is_not_touched(plant: Plant) -> None:
    await plant.store.save_devices([device_record("rig-1", siteId="south", etag="*")])
    status, content = await judge(plant, "normal")
    assert (status, content["detail"]) == (400, "device 'rig-1' is elsewhere by now")


async def test_a_viewer_may_not_judge(plant: Plant) -> None:
    (incident,) = plant.incidents.all()
    status, _ = await call(
        plant, "judge_incident", principal=VIEWER, params=NORTH,
        route={"id": incident.incident_id}, body={"verdict": "normal"},
    )  # fmt: skip
    assert status == 403


async def test_a_judgement_of_what_was_seen_is_none_of_what_came_since(plant: Plant) -> None:
    (incident,) = plant.incidents.all()
    found = await answer(
        plant.services(),
        "judge_incident",
        method="POST",
        headers={
            "X-MS-CLIENT-PRINCIPAL": OPERATOR,
            "Content-Type": "application/json",
            "If-Match": f'"{incident.timeline.last - 1}"',
        },
        route={"id": incident.incident_id},
        params=[("site", "north")],
        body=b'{"verdict": "normal"}',
    )
    assert found.status_code == 412
    assert plant.store.all("settings") == []
