from __future__ import annotations

import pytest

from tests.fakes.messages import RIG, stream
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import OPERATOR, VIEWER, call

ID = {"id": "rig-1"}


@pytest.fixture
async def plant() -> Plant:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG, threshold=20.0, clear_after=8))))
    await plant.score(stream([8] * 10, odd=range(20, 26)))
    return plant


def first_alert(plant: Plant) -> str:
    return str(min(alert["alertId"] for alert in plant.store.all("alerts")))


async def test_nothing_was_set_before_anything_is(plant: Plant) -> None:
    status, content = await call(plant, "device_feedback", route=ID, principal=VIEWER)
    assert (status, content["factor"], content["labels"]) == (200, None, {})
    assert content["baseline"] is None


async def test_a_label_is_previewed_set_shown_and_forgotten(plant: Plant) -> None:
    alert = first_alert(plant)
    body = {"labels": {alert: "normal"}}
    status, shown = await call(
        plant, "give_device_feedback", route=ID, body={**body, "preview": True}, principal=OPERATOR
    )
    assert (status, shown["applied"], shown["conflicts"]) == (200, False, [])
    assert [effect["effect"] for effect in shown["effects"]] == ["silenced"]
    assert plant.store.all("settings") == []

    status, done = await call(
        plant, "give_device_feedback", route=ID, body=body, principal=OPERATOR
    )
    assert done == {**shown, "applied": True}
    _, kept = await call(plant, "device_feedback", route=ID, principal=VIEWER)
    assert (kept["labels"], kept["factor"]) == ({alert: "normal"}, done["factor"])
    status, forgotten = await call(plant, "forget_device_feedback", route=ID, principal=OPERATOR)
    assert (status, forgotten) == (200, kept)
    assert plant.store.all("settings") == []
    assert len(plant.store.all("audit")) == 2


async def test_labels_have_to_name_an_alert(plant: Plant) -> None:
    for body, said in (({}, "labels is empty"), ({"labels": {"rig-1-7": "normal"}}, "rig-1-7")):
        status, content = await call(
            plant, "give_device_feedback", route=ID, body=body, principal=OPERATOR
        )
        assert status == 400
        assert said in content["detail"]


async def test_what_is_in_no_alert_has_nothing_to_call_normal(plant: Plant) -> None:
    status, content = await call(plant, "call_device_normal", route=ID, body={}, principal=OPERATOR)
    assert status == 400
    assert "is in no alert" in content["detail"]


async def test_a_device_nobody_knows_is_not_found(plant: Plant) -> None:
    for name, body in (
        ("device_feedback", None), ("give_device_feedback", {"preview": True}),
        ("forget_device_feedback", None), ("call_device_normal", {}),
    ):  # fmt: skip
        status, _ = await call(plant, name, route={"id": "no-1"}, body=body, principal=OPERATOR)
        assert status == 404


async def test_a_viewer_may_look_and_no_more(plant: Plant) -> None:
    for name, body in (
        ("give_device_feedback", {"preview": True}), ("forget_device_feedback", None),
        ("call_device_normal", {"preview": True}),
    ):  # fmt: skip
        status, _ = await call(plant, name, route=ID, body=body, principal=VIEWER)
        assert status == 403
