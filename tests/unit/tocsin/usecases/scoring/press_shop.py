"""What tests of operating states do with a plant of presses, and ask of it."""

from __future__ import annotations

from typing import Any

from tests.fakes.machines import (
    Press,
)
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope


async def score_each(plant: Plant, log: list[Envelope]) -> None:
    for message in log:
        await plant.score([message])


def device_of(plant: Plant) -> dict[str, Any]:
    (device,) = plant.store.all("devices")
    return device


def alerts(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("alerts"), key=lambda one: (one["t"], one["type"]))


def live_state(plant: Plant) -> object:
    return plant.live.sent[-1][1]["devices"][0]["state"]


def readings(plant: Plant) -> list[dict[str, Any]]:
    return sorted(plant.store.all("readings"), key=lambda one: int(one["firstT"]))


async def shift_of(plant: Plant, press: Press) -> None:
    """A day's work, and the night after it."""
    await score_each(plant, press.run(60))
    await score_each(plant, press.rest(40))
    await score_each(plant, press.ramp(10))
    await score_each(plant, press.run(60))
