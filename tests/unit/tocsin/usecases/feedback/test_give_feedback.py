"""Feedback on alerts: shown before it is done, on the record, in force in scoring, undone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW, PROBE, PROFILES, RIG, reading_message, stream
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tests.fakes.targets import TARGETS
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.judging.recalibration import Label
from tocsin.usecases.feedback.give_feedback import (
    apply_feedback,
    preview_feedback,
    reset_threshold,
)
from tocsin.usecases.feedback.known_device import Judging

# Two alerts a device: readings 20 to 25 lie far off, 50 to 55 too.
ODD = [*range(20, 26), *range(50, 56)]
# Odd readings score up to 50: within what an operator may set.
THRESHOLD = 20.0


def judging(plant: Plant) -> Judging:
    return Judging(PROFILES, plant.models, TARGETS, plant.store)


def plant_of(factors: dict[str, float] | None = None) -> Plant:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG, threshold=THRESHOLD, clear_after=8))))
    plant.thresholds.by_device = factors or {}
    return plant


async def plant_with_alerts() -> tuple[Plant, list[str]]:
    plant = plant_of()
    await plant.score(stream([8] * 10, odd=ODD))
    raised = [one for one in plant.store.all("alerts") if one["type"] == "raised"]
    assert len(raised) == 2
    return plant, [one["alertId"] for one in sorted(raised, key=lambda one: int(one["t"]))]


async def apply(plant: Plant, labels: dict[str, Label], *, at: int = NOW) -> dict[str, Any]:
    await apply_feedback("rig-1", labels, judging(plant), operator="ada", now_ms=at)
    (kept,) = await plant.store.device_thresholds()
    return kept.to_document()


async def in_force(plant: Plant) -> None:
    """What every instance does within a minute."""
    thresholds = await plant.store.device_thresholds()
    plant.thresholds.by_device = {
        known.device_id: known.factor for known in thresholds if known.factor is not None
    }


async def test_a_preview_shows_what_becomes_of_past_alerts_and_changes_nothing() -> None:
    plant, (first, second) = await plant_with_alerts()
    before = plant.store.snapshot()
    found = await preview_feedback("rig-1", {first: "normal"}, judging(plant), now_ms=NOW)
    assert found.before == THRESHOLD
    assert found.after is not None
    assert found.after > THRESHOLD
    assert {one.alert_id: effect for one, effect in found.effects}[first] == "silenced"
    assert [one.label for one, _ in found.effects] == ["normal", None]
    assert [one.alert_id for one, _ in found.effects] == [first, second]
    assert plant.store.snapshot() == before


async def test_what_was_applied_silences_the_same_readings_and_nothing_less() -> None:
    plant, (first, second) = await plant_with_alerts()
    document = await apply(plant, {first: "normal", second: "normal"})
    again = plant_of({"rig-1": document["factor"]})
    await again.score(stream([8] * 10, odd=ODD))
    assert again.store.all("alerts") == []
    lower = plant_of({"rig-1": document["factor"] * 0.9995})
    await lower.score(stream([8] * 10, odd=ODD))
    assert lower.store.all("alerts") != []
    assert again.store.all("devices")[0]["threshold"] == round(document["threshold"], 6)


async def test_an_alert_of_as_few_readings_as_raise_one_has_its_peak_too() -> None:
    plant = plant_of()
    log = stream([8] * 5, odd=[20, 21])
    await plant.score(log)
    raised = next(one for one in plant.store.all("alerts") if one["type"] == "raised")
    document = await apply(plant, {raised["alertId"]: "normal"})
    again = plant_of({"rig-1": document["factor"]})
    await again.score(log)
    assert again.store.all("alerts") == []


async def test_one_devices_threshold_is_none_of_anothers() -> None:
    plant, (first, second) = await plant_with_alerts()
    await apply(plant, {first: "normal", second: "normal"})
    await in_force(plant)
    await plant.score(stream([8] * 10, odd=ODD, device_id="rig-2"))
    found = [one["threshold"] for one in plant.store.all("alerts") if one["deviceId"] == "rig-2"]
    untouched = plant_of()
    await untouched.score(stream([8] * 10, odd=ODD, device_id="rig-2"))
    assert found == [one["threshold"] for one in untouched.store.all("alerts")]


async def test_every_change_is_on_the_record() -> None:
    plant, (first, _) = await plant_with_alerts()
    document = await apply(plant, {first: "normal"})
    (audit,) = plant.store.all("audit")
    assert audit["id"].startswith(f"{NOW}-threshold:rig-1-")
    assert audit == {
        "id": audit["id"],
        "siteId": "north",
        "type": "threshold",
        "deviceId": "rig-1",
        "by": "ada",
        "at": NOW,
        "before": None,
        "after": {
            "factor": document["factor"],
            "threshold": document["threshold"],
            "modelVersion": "fake-1",
            "labels": {first: "normal"},
            "baseline": None,
            "setBy": "ada",
            "setAt": NOW,
        },
    }
    assert plant.store.writes[-2:] == [
        ("audit", audit["id"]),
        ("settings", "threshold:rig-1"),
    ], "the record comes first"


async def test_changes_of_one_millisecond_are_each_on_the_record() -> None:
    plant, (first, second) = await plant_with_alerts()
    await apply(plant, {first: "normal"})
    await apply(plant, {second: "normal"})
    await reset_threshold("rig-1", plant.store, operator="ada", now_ms=NOW)
    assert len(plant.store.all("audit")) == 3


async def test_a_reset_undoes_all_and_is_on_the_record_too() -> None:
    plant, (first, _) = await plant_with_alerts()
    document = await apply(plant, {first: "normal"})
    found = await reset_threshold("rig-1", plant.store, operator="bo", now_ms=NOW + 1)
    assert found is not None
    assert found.to_document() == document
    assert await plant.store.device_thresholds() == []
    audit = plant.store.all("audit")[-1]
    assert (audit["by"], audit["after"]) == ("bo", None)
    assert audit["before"]["factor"] == document["factor"]
    assert await reset_threshold("rig-1", plant.store, operator="bo", now_ms=NOW + 2) is None
    assert len(plant.store.all("audit")) == 2, "nothing done, nothing recorded"


async def test_labels_given_before_still_count() -> None:
    plant, (first, second) = await plant_with_alerts()
    await apply(plant, {first: "normal"})
    later = await apply(plant, {}, at=NOW + 1)
    assert later["labels"] == {first: "normal"}
    both = await preview_feedback("rig-1", {second: "normal"}, judging(plant), now_ms=NOW)
    assert [effect for _, effect in both.effects] == ["silenced", "silenced"]
    other = await preview_feedback("rig-1", {first: "anomaly"}, judging(plant), now_ms=NOW)
    assert other.after == THRESHOLD, "a label given again is the one that counts"


async def test_a_contradiction_is_shown_and_not_applied() -> None:
    plant, alerts = await plant_with_alerts()
    seen = await preview_feedback("rig-1", {}, judging(plant), now_ms=NOW)
    (low, _), (high, _) = sorted(seen.effects, key=lambda one: one[0].peak or 0.0)
    labels: dict[str, Label] = {low.alert_id: "anomaly", high.alert_id: "normal"}
    found = await preview_feedback("rig-1", labels, judging(plant), now_ms=NOW)
    assert found.after is None
    assert low.alert_id in found.conflicts[0]
    with pytest.raises(InvalidRequestError, match="no threshold fits: alert"):
        await apply(plant, labels)
    assert plant.store.all("audit") == plant.store.all("settings") == []
    assert alerts == [one.alert_id for one, _ in seen.effects]


async def test_scores_of_another_model_say_nothing() -> None:
    plant, (first, _) = await plant_with_alerts()
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, version="fake-2"))
    found = await preview_feedback("rig-1", {first: "normal"}, judging(plant), now_ms=NOW)
    assert "another model" in found.conflicts[0]


async def test_an_alert_that_a_sensor_raised_is_not_silenced_by_a_threshold() -> None:
    plant = Plant(models=FakeModels(FakeModel(spec_of(RIG), stuck_after=4)))
    t = range(NOW - 30_000, NOW, 1_000)
    # A sensor that never moved is not known to be stuck.
    rows = [[n / 10, 5.0 if n >= 12 else n / 10] for n in range(30)]
    await plant.score(
        [reading_message(0, t[:12], rows[:12]), reading_message(1, t[12:], rows[12:])]
    )
    (raised,) = plant.store.all("alerts")
    assert raised["sensors"] == {"heat_c": "stuck"}
    labels: dict[str, Label] = {raised["alertId"]: "normal"}
    found = await preview_feedback("rig-1", labels, judging(plant), now_ms=NOW)
    assert "sensor out" in found.conflicts[0]


async def test_what_is_not_known_is_refused_by_name() -> None:
    plant, _ = await plant_with_alerts()
    with pytest.raises(NotFoundError, match="'rig-9' has reported"):
        await preview_feedback("rig-9", {}, judging(plant), now_ms=NOW)
    with pytest.raises(NotFoundError, match="'rig-9' has reported"):
        await reset_threshold("rig-9", plant.store, operator="ada", now_ms=NOW)
    with pytest.raises(InvalidRequestError, match="raised no alert rig-1-7"):
        await preview_feedback("rig-1", {"rig-1-7": "normal"}, judging(plant), now_ms=NOW)
    plant.models = FakeModels(FakeModel(spec_of(PROBE)))
    with pytest.raises(InvalidRequestError, match="no model is active for 'rig'"):
        await preview_feedback("rig-1", {}, judging(plant), now_ms=NOW)
