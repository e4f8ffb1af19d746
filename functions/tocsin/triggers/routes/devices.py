"""The HTTP API of what is measured (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.triggers.api.answers import read_each
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import AnySiteQuery
from tocsin.triggers.outputs.devices import DeviceShown, DevicesShown
from tocsin.triggers.outputs.profiles import ProfileShown, ProfilesShown
from tocsin.triggers.outputs.readings import ReadingsShown
from tocsin.usecases.showing import show_profiles as showing
from tocsin.usecases.showing.find_named import check_shown_site, find_device
from tocsin.usecases.showing.show_readings import DEFAULT_MAX, LARGEST_MAX, LAST_MS, show_readings

EventTime = Annotated[int, Meta(ge=-LAST_MS, le=LAST_MS)]  # ms since the epoch


class ReadingsQuery(Input):
    """A stretch of event time, both ends included, and the most points a series may have."""

    from_t: EventTime | None = msgspec.field(name="from", default=None)
    to_t: EventTime | None = msgspec.field(name="to", default=None)
    max: Annotated[int, Meta(ge=2, le=LARGEST_MAX)] = DEFAULT_MAX


async def show_profiles(call: Call[Nothing, Nothing]) -> ProfilesShown:
    """The kinds of devices, and the model and drift of each."""
    services = call.services
    shown = await showing.show_profiles(
        services.profiles.values(), drifts=services.drifts, models=services.models
    )
    profiles, damaged = read_each(ProfileShown, shown)
    return ProfilesShown(profiles=profiles, damaged=damaged)


async def list_devices(call: Call[AnySiteQuery, Nothing]) -> DevicesShown:
    """The latest state of each device that ever reported."""
    services, site, seen = call.services, call.query.site, call.rights.sees
    devices = await services.fleet.devices(site)
    if site is not None and not devices:
        await check_shown_site(
            site, fleet=services.fleet, settings=services.site_settings, among=seen
        )
    shown, damaged = read_each(
        DeviceShown, (describe_device(device) for device in devices if device.site_id in seen)
    )
    return DevicesShown(devices=shown, damaged=damaged)


async def show_device(call: Call[Nothing, Nothing]) -> DeviceShown:
    """The latest state of one device."""
    device = await find_device(call.path["id"], call.services.fleet, call.rights.sees)
    return DeviceShown.read(describe_device(device))


def describe_device(device: DeviceRecord) -> dict[str, Any]:
    """Its document, and what follows from it for people."""
    return {
        **device.to_document(),
        "habits": {} if device.habits is None else device.habits.list_columns(),
        "passedLimits": list(device.passed_limits),
        "silentAfterMs": device.silent_after_ms,
        "remarks": list(device.remarks),
    }


async def show_device_readings(call: Call[ReadingsQuery, Nothing]) -> ReadingsShown:
    """A chart: values and scores between two event times."""
    device_id, fleet, seen = call.path["id"], call.services.fleet, call.rights.sees
    if not seen.is_every:
        await find_device(device_id, fleet, seen)
    shown = await show_readings(
        device_id,
        from_t=call.query.from_t,
        to_t=call.query.to_t,
        most=call.query.max,
        now_ms=call.services.now_ms(),
        fleet=fleet,
        rollups=call.services.rollups,
    )
    if not shown["readings"]:
        await find_device(device_id, fleet)
    return ReadingsShown.read(shown)


ROUTES = (
    Route(
        "profiles", "GET", "profiles", VIEWER, Nothing, Nothing, {200: ProfilesShown},
        show_profiles,
    ),
    Route(
        "devices", "GET", "devices", VIEWER, AnySiteQuery, Nothing, {200: DevicesShown},
        list_devices,
    ),
    Route(
        "device", "GET", "devices/{id}", VIEWER, Nothing, Nothing, {200: DeviceShown}, show_device,
        fails=frozenset({404}),
    ),
    Route(
        "device_readings", "GET", "devices/{id}/readings", VIEWER, ReadingsQuery, Nothing,
        {200: ReadingsShown}, show_device_readings, fails=frozenset({404}),
    ),
)  # fmt: skip
