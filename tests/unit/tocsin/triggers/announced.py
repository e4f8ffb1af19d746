"""A site with one incident that was announced, come about as alerts come: stored, and swept."""

from __future__ import annotations

from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of


async def announce_incident() -> Plant:
    plant = Plant()
    plant.store.now_s = NOW // 1_000 - 60
    await plant.store.save_devices([device_record("rig-1", latest={"heat_c": 71.9})])
    await plant.store.save_alerts([raise_alert("rig-1", NOW)])
    await functions_of(plant.services())["sweep_alerts"](None)
    plant.workshop.clock.pass_s(40)
    await functions_of(plant.services())["tend_incidents"](None)
    return plant
