"""What use cases send live is what the records of live messages say."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.fakes.messages import stream
from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.http_calls import OPERATOR, call
from tocsin.domain.alerts.alert import Alert
from tocsin.triggers.outputs.live import (
    AlertMessage,
    LimitsMessage,
    OptimiserMessage,
    OverridesMessage,
    PlanMessage,
    StandingMessage,
    TasksMessage,
    TelemetryMessage,
)

RECORDS = {
    "telemetry": TelemetryMessage,
    "alert": AlertMessage,
    "plan": PlanMessage,
    "standing": StandingMessage,
}
SETTINGS = {
    "optimiser": OptimiserMessage,
    "overrides": OverridesMessage,
    "tasks": TasksMessage,
    "limits": LimitsMessage,
}


def read(message: dict[str, Any]) -> object:
    kind = message["type"]
    record = SETTINGS[message["kind"]] if kind == "settings" else RECORDS[kind]
    return msgspec.convert(message, record)


async def test_readings_fit() -> None:
    plant = Plant()
    await plant.score(stream([8, 8]))
    messages = [message for _, message in plant.live.sent]
    assert [type(read(message)) for message in messages] == [TelemetryMessage] * len(messages)
    assert messages


async def test_plans_and_settings_fit() -> None:
    plant = Plant.around(await workshops.workshop())
    await workshops.run(plant.workshop)
    bodies = {
        "change_optimiser": {"paused": True},
        "change_overrides": {"drained": {"cell-2": True}},
        "change_tasks": {"tasks": {"a1": {"loadPct": 30}}},
        "change_limits": {"profiles": {"rig": {"heat_c": {"alarmHigh": 80}}}},
    }
    for name, body in bodies.items():
        status, _ = await call(
            plant, name, principal=OPERATOR, params={"site": workshops.SITE}, body=body
        )
        assert status == 200
    kinds = {type(read(message)) for _, message in plant.live.sent}
    assert kinds == {PlanMessage, StandingMessage, *SETTINGS.values()}


async def test_alerts_fit() -> None:
    plant = Plant()
    await plant.score(stream([10, 10], odd=range(8, 14)))
    stored = plant.store.all("alerts")
    assert stored
    for document in stored:
        message = {"type": "alert", "siteId": document["siteId"]}
        assert isinstance(
            read({**message, "alert": Alert.from_document(document).to_document()}), AlertMessage
        )
