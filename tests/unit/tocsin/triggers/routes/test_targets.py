"""Whoever may look sees how many false alerts are accepted; an admin changes what is judged."""

from __future__ import annotations

import pytest

from tests.fakes.messages import RIG, stream
from tests.fakes.models import FakeModel, spec_of
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import ADMIN, OPERATOR, call
from tocsin.domain.calling.thresholds import Tail, threshold_for

TAIL = Tail(level=5.0, peaks_per_day=20.0, shape=0.1, scale=2.0)


async def test_a_running_host_judges_by_what_an_admin_sets() -> None:
    plant = Plant()
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, tail=TAIL))
    events = stream([8] * 4)
    await plant.score(events[:2])
    _, before = await call(plant, "device", route={"id": "rig-1"})
    status, set_ = await call(
        plant, "change_alert_targets", principal=ADMIN, body={"profiles": {"rig": 0.001}}
    )
    assert (status, set_["setBy"], set_["profiles"]["rig"]["own"]) == (200, "Linus", True)
    await plant.score(events[2:])
    _, after = await call(plant, "device", route={"id": "rig-1"})
    assert before["threshold"] == pytest.approx(threshold_for(TAIL, 0.5), abs=1e-4)
    assert after["threshold"] == pytest.approx(threshold_for(TAIL, 0.001), abs=1e-4)
    _, factors = await call(plant, "factors")
    assert factors["factors"][0]["threshold"] == pytest.approx(threshold_for(TAIL, 0.001))


async def test_an_admin_sees_what_another_target_would_have_called_where_they_may_look() -> None:
    plant = Plant()
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, tail=TAIL))
    for site in ("north", "south"):
        await plant.score(stream([8] * 10, odd=[20, 21], device_id=f"rig-{site}", site_id=site))
    kept = plant.store.snapshot()
    body = {"profile": "rig", "target": 0.001}
    status, trial = await call(plant, "preview_alert_target", principal=ADMIN, body=body)
    assert (status, trial["profile"], trial["target"]) == (200, "rig", 0.001)
    assert (trial["devices"], trial["alerts"]) == (
        {"looked": 2, "there": 2}, {"looked": 2, "there": 2},
    )  # fmt: skip
    assert (trial["kept"], trial["silenced"], trial["unknown"]) == (2, 0, 0)
    assert trial["text"].endswith("of 2 alerts it would have called 2, and 0 not.")
    usual = {"profile": "rig", "target": None}
    _, same = await call(plant, "preview_alert_target", principal=ADMIN, body=usual)
    assert (same["target"], same["before"]) == (0.5, same["after"])
    plant.workshop.sites.set_access({"others": {"south": "act"}})
    _, fewer = await call(plant, "preview_alert_target", principal=ADMIN, body=body)
    assert fewer["devices"] == {"looked": 1, "there": 1}
    assert plant.store.snapshot() == kept
    assert plant.workshop.sites.audit == []


async def test_an_operator_sees_and_may_not_change() -> None:
    plant = Plant()
    status, shown = await call(plant, "show_alert_targets", principal=OPERATOR)
    assert (status, shown["usual"]) == (200, 0.5)
    assert set(shown["profiles"]) == {"rig", "probe"}
    status, problem = await call(
        plant, "change_alert_targets", principal=OPERATOR, body={"profiles": {"rig": 1}}
    )
    assert (status, "admin" in problem["detail"]) == (403, True)
    assert plant.workshop.sites.audit == []
