"""The HTTP API of what is measured (docs/api.md)."""

from __future__ import annotations

import azure.functions as func

from tocsin.domain.principal import VIEWER
from tocsin.triggers.answers import json_answer, problem
from tocsin.triggers.calls import Call, Route
from tocsin.usecases.show_profiles import show_profiles
from tocsin.usecases.show_readings import DEFAULT_MAX, show_readings


async def _profiles(call: Call) -> func.HttpResponse:
    wired = call.services
    shown = await show_profiles(wired.profiles.values(), drifts=wired.drifts)
    return json_answer({"profiles": shown})


async def _devices(call: Call) -> func.HttpResponse:
    site = call.request.params.get("site")
    devices = await call.services.fleet.devices(site)
    return json_answer({"devices": [device.to_document() for device in devices]})


async def _device(call: Call) -> func.HttpResponse:
    device_id = call.request.route_params["id"]
    device = await call.services.fleet.device(device_id)
    if device is None:
        return problem(404, f"no device {device_id!r} has reported yet")
    return json_answer(device.to_document())


async def _readings(call: Call) -> func.HttpResponse:
    most = call.whole_number("max")
    shown = await show_readings(
        call.request.route_params["id"],
        from_t=call.whole_number("from"),
        to_t=call.whole_number("to"),
        most=DEFAULT_MAX if most is None else most,
        now_ms=call.services.now_ms(),
        fleet=call.services.fleet,
    )
    return json_answer(shown)


ROUTES = (
    Route("profiles", "profiles", "GET", VIEWER, _profiles),
    Route("devices", "devices", "GET", VIEWER, _devices),
    Route("device", "devices/{id}", "GET", VIEWER, _device),
    Route("device_readings", "devices/{id}/readings", "GET", VIEWER, _readings),
)
