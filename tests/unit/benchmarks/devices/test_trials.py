"""The devices of the benchmark come out right in one process, and a wrong answer is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.devices.judge import Heard, judge
from benchmarks.devices.play import CHART_MS, MOST_POINTS
from benchmarks.devices.trial import Trial
from benchmarks.devices.trials import make_trials
from device_sim.hub.message import Composer
from ml_model.paths import BUNDLES
from tests.fakes.messages import NOW, envelope
from tests.fakes.models import FakeModels
from tests.fakes.services import Plant
from tocsin.adapters.models.model_bundle import load_model
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.domain.models.bundle import parse_bundle
from tocsin.profiles import load_profiles
from tocsin.triggers.outputs.devices import DeviceShown
from tocsin.triggers.routes.devices import describe_device
from tocsin.usecases.lateness.judge_late import judge_late
from tocsin.usecases.lateness.note_late import note_late
from tocsin.usecases.showing.show_readings import show_readings

# The clock runs ahead of now at its end, and so does the hub's.
STARTS = NOW - 600_000
TRIALS = {trial.device: trial for trial in make_trials(load_profiles(), STARTS)}


@pytest.fixture(scope="module")
def models() -> FakeModels:
    found = FakeModels()
    for name in {trial.profile.name for trial in TRIALS.values()}:
        profile, folder = load_profiles()[name], BUNDLES / name
        spec = parse_bundle((folder / "bundle.json").read_bytes(), profile)
        model = load_model(spec, (folder / "model.pt2").read_bytes(), profile)
        found.by_profile[name] = model  # type: ignore[assignment]  # a real one in the same place
    return found


async def hear(trial: Trial, models: FakeModels) -> Heard:
    """What is known of a device that sent all of *trial*, each message in a batch of its own."""
    plant = Plant(models=models, profiles=load_profiles(), record_every_ms=12_000)
    plant.thresholds.limits_by_site["north"] = parse_site_limits(
        {"profiles": {trial.profile.name: trial.limits}}
    )
    composer = Composer(trial.device, trial.profile.name, trial.profile.channel_names, "trial")
    enqueued_at = STARTS
    for batch in trial.batches:
        enqueued_at += round(1_000 * batch.wait_s) + 5
        sent = composer.compose(batch.t.tolist(), batch.values.tolist(), produced_at=enqueued_at)
        message = envelope(sent.body, device_id=trial.device, enqueued_at=enqueued_at)
        await plant.score([message])
    assert plant.dead_letters.reasons == []
    device = await plant.store.device(trial.device)
    assert device is not None
    await note_late(plant.store.all("readings"), plant.late_notes, now_ms=1)
    await judge_late(plant.services().late_desk)
    DeviceShown.read(describe_device(device))  # what it does not declare would fail the route
    readings = await show_readings(
        trial.device,
        from_t=trial.last_t - CHART_MS,
        to_t=trial.last_t,
        most=MOST_POINTS,
        now_ms=NOW,
        fleet=plant.store,
        rollups=plant.rollups,
    )
    alerts = plant.store.all("alerts")
    ends = {alert["alertId"]: alert["t"] for alert in alerts if alert["type"] == "cleared"}
    raised = [
        {**alert, "clearedAt": ends.get(alert["alertId"])}
        for alert in alerts
        if alert["type"] == "raised"
    ]
    return Heard(raised, describe_device(device), readings)


@pytest.mark.parametrize("name", sorted(TRIALS))
async def test_a_device_as_it_really_is_is_understood(name: str, models: FakeModels) -> None:
    verdict = judge(TRIALS[name], await hear(TRIALS[name], models))
    assert verdict.missed == [], verdict


def answer(trial: Trial, **changes: Any) -> Heard:  # noqa: ANN401 (any JSON)
    """One that says all that it must."""
    fault = trial.fault
    alerts: list[Mapping[str, Any]] = [
        {
            "t": fault.from_t, "cause": fault.cause, "subject": fault.channel, "contributions": {},
            "limit": {"level": level}, "clearedAt": fault.to_t, "late": {"readings": 9},
        }
        for level in trial.levels or ("warning",)
    ]  # fmt: skip
    said = {
        "alerts": alerts,
        "device": {
            "remarks": trial.said,
            "badValues": dict.fromkeys(trial.bad),
            "passedLimits": [],
        },
        "readings": {
            "notScored": [{"reason": next(iter(trial.reasons)), "readings": 2}],
            "series": {"score": {"values": [None, 0.5, None]}},
        },
    }
    return Heard(**{**said, **changes})


@pytest.mark.parametrize("trial", TRIALS.values(), ids=lambda trial: trial.device)
def test_an_answer_that_says_all_misses_nothing(trial: Trial) -> None:
    verdict = judge(trial, answer(trial))
    assert (verdict.missed, verdict.channel, verdict.delay_s) == ([], trial.fault.channel, 0.0)


def test_a_fault_that_was_sent_later_is_looked_for_later() -> None:
    trial = TRIALS["clock-motor"]
    later = trial.send_later(9_000)
    assert later.last_t == trial.last_t + 9_000
    assert judge(later, answer(later)).missed == []
    assert "its fault was not found" in judge(later, answer(trial.send_later(-60_000))).missed


def test_what_is_wrong_with_an_answer_is_told() -> None:
    trial = replace(TRIALS["sentinel-room"], said=["its clock"])
    early = {"t": 5, "cause": "score", "subject": None, "contributions": {"battery_pct": 1.0}}
    unscored = {"notScored": [], "series": {"score": {"values": [None]}}}
    silent: dict[str, Any] = {"remarks": [], "badValues": {}}
    found = judge(trial, answer(trial, alerts=[early], readings=unscored, device=silent))
    assert len(found.missed) == 6
    assert (found.false_alerts, found.cause, found.delay_s) == (1, None, None)
    other = {**early, "t": trial.fault.from_t}
    found = judge(trial, answer(trial, alerts=[other]))
    assert found.missed[0] == "no alert named the channel and the cause"
    assert found.channel == "battery_pct"


def test_limits_that_are_not_left_and_late_alerts_that_do_not_say_so_are_told() -> None:
    trial = TRIALS["limit-room"]
    (warning, alarm) = answer(trial).alerts
    still = {**answer(trial).device, "passedLimits": ["temperature_c-high-warning"]}
    found = judge(trial, answer(trial, alerts=[{**warning, "clearedAt": None}], device=still))
    assert found.missed == [
        "the warning was raised 1 times, and ended at [None]",
        "the alarm was raised 0 times, and ended at []",
        "it is still beyond ['temperature_c-high-warning']",
    ]
    assert judge(trial, answer(trial, alerts=[warning, alarm, alarm])).missed != []
    trial = TRIALS["backlog-motor"]
    (alert,) = answer(trial).alerts
    found = judge(trial, answer(trial, alerts=[{**alert, "late": None}]))
    assert found.missed == ["no alert says that its readings came late"]
