"""The HTTP API of which limits hold, and what others would do; they are set at ``settings/limits``
(docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.limits.channel_limits import parse_channel_limits
from tocsin.domain.limits.presets import PRESETS
from tocsin.domain.limits.site_limits import check_channels
from tocsin.domain.profile import Profile
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.setting_patches import ChannelLimitsPatch
from tocsin.triggers.outputs.limits import (
    DeviceLimitsShown,
    LimitTrialShown,
    PresetShown,
    show_held,
    show_trial,
    show_written,
)
from tocsin.usecases.settings.preview_limits import try_limits
from tocsin.usecases.settings.written_limits import find_written_limits
from tocsin.usecases.showing.find_named import find_device
from tocsin.usecases.showing.show_limits import list_limits

HOUR_MS = 3_600_000


class LimitTrialBody(Input):
    """channels: limits by channel, as for a device. hours: how far back is looked."""

    channels: dict[str, ChannelLimitsPatch]
    hours: Annotated[int, Meta(ge=1, le=72)] = 24

    def __post_init__(self) -> None:
        if not self.channels:
            raise ValueError("channels is empty: give at least one channel its limits")


async def show_device_limits(call: Call[Nothing, Nothing]) -> DeviceLimitsShown:
    """The limits that hold for a device, and where each comes from."""
    services = call.services
    device, profile = await _find_profile(call)
    held = list_limits(device, profile, await services.thresholds.limits())
    revision, written = await find_written_limits(device, profile, services.site_settings)
    return DeviceLimitsShown(
        revision=revision,
        device_id=device.device_id,
        site_id=device.site_id,
        limits=[show_held(limit) for limit in held],
        channels={name: show_written(each) for name, each in written.items()},
        presets={
            name: PresetShown(zones.title, zones.unit, zones.b_c, zones.c_d)
            for name, zones in PRESETS.items()
        },
    )


async def preview_limits(call: Call[Nothing, LimitTrialBody]) -> LimitTrialShown:
    """What limits would have called in the last hours of a device. Changes nothing."""
    services, hours = call.services, call.body.hours
    device, profile = await _find_profile(call)
    written = msgspec.to_builtins(call.body.channels)
    by_channel = {name: parse_channel_limits(limits) for name, limits in written.items()}
    check_channels(device.device_id, by_channel, profile)
    to_t = device.last_t
    trial = await try_limits(
        device, profile, by_channel,
        from_t=to_t - hours * HOUR_MS, to_t=to_t, fleet=services.fleet,
    )  # fmt: skip
    return LimitTrialShown(
        device_id=device.device_id,
        from_t=to_t - hours * HOUR_MS,
        to_t=to_t,
        readings=trial.readings,
        limits=[show_trial(each) for each in trial.bounds],
        text=f"over its last {hours} h this would have called {_say(trial.calls)}",
    )


def _say(calls: int) -> str:
    return "once" if calls == 1 else f"{calls} times"


async def _find_profile(call: Call[Nothing, Any]) -> tuple[DeviceRecord, Profile]:
    """The device that the path names. Raises NotFoundError, and InvalidRequestError for one whose
    profile is gone."""
    services = call.services
    device = await find_device(call.path["id"], services.fleet, call.rights.sees)
    profile = services.profiles.get(device.profile)
    if profile is None:
        raise InvalidRequestError(f"there is no profile {device.profile!r:.80} any more")
    return device, profile


ROUTES = (
    Route(
        "device_limits", "GET", "devices/{id}/limits", VIEWER, Nothing, Nothing,
        {200: DeviceLimitsShown}, show_device_limits, fails=frozenset({404}),
    ),
    Route(
        "preview_limits", "POST", "devices/{id}/limits/preview", OPERATOR, Nothing, LimitTrialBody,
        {200: LimitTrialShown}, preview_limits, fails=frozenset({404}),
    ),
)  # fmt: skip
