"""The HTTP API of which limits hold, and what others would do; they are set at ``settings/limits``
(docs/api.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.limits.bounds import Level, Side
from tocsin.domain.limits.channel_limits import parse_channel_limits
from tocsin.domain.limits.site_limits import check_channels
from tocsin.domain.principal import OPERATOR, VIEWER
from tocsin.domain.profile import Profile
from tocsin.triggers.answers import Output
from tocsin.triggers.calls import Call, Route
from tocsin.triggers.inputs import Input, Nothing
from tocsin.triggers.outputs_alerts import BreachShown
from tocsin.triggers.setting_patches import ChannelLimitsPatch
from tocsin.usecases.find_named import find_device
from tocsin.usecases.preview_limits import BoundTrial, try_limits
from tocsin.usecases.show_limits import HeldLimit, Origin, list_limits

HOUR_MS = 3_600_000


class LimitTrialBody(Input):
    """channels: limits by channel, as for a device. hours: how far back is looked."""

    channels: dict[str, ChannelLimitsPatch]
    hours: Annotated[int, Meta(ge=1, le=72)] = 24

    def __post_init__(self) -> None:
        if not self.channels:
            raise ValueError("channels is empty: give at least one channel its limits")


class BoundTrialShown(Output):
    """What a limit would have done. ``limit.value`` is null; ``openPct``: for how many percent of
    the readings its alert would have been open."""

    limit: BreachShown
    calls: int
    first_t: int | None
    open_pct: float


class LimitTrialShown(Output):
    """What limits would have called among ``readings`` of a device."""

    device_id: str
    from_t: int = msgspec.field(name="from")
    to_t: int = msgspec.field(name="to")
    readings: int
    limits: list[BoundTrialShown]
    text: str


class HeldLimitShown(Output):
    """A limit of a device, in ``unit``. ``origin``: set for this ``device``, for its profile at its
    ``site``, in its ``profile``, or ``learned`` from its own range. ``hysteresis``: how far a value
    has to come back; ``delayPeriods``: for how many periods it has to be beyond, or back.
    ``raisedT``: event time (ms) at which its alert was raised; null while none is open."""

    channel: str
    side: Side
    level: Level
    limit: float
    unit: str
    hysteresis: float
    delay_periods: float
    origin: Origin
    raised_t: int | None


class DeviceLimitsShown(Output):
    """The limits that hold for a device."""

    device_id: str
    limits: list[HeldLimitShown]


async def show_device_limits(call: Call[Nothing, Nothing]) -> DeviceLimitsShown:
    """The limits that hold for a device, and where each comes from."""
    services = call.services
    device = await find_device(call.path["id"], services.fleet, call.rights.sees)
    profile = _find_profile(device.profile, services.profiles)
    held = list_limits(device, profile, await services.thresholds.limits())
    return DeviceLimitsShown(device.device_id, [_show_held(limit) for limit in held])


def _show_held(held: HeldLimit) -> HeldLimitShown:
    bound = held.bound
    return HeldLimitShown(
        channel=bound.channel,
        side=bound.side,
        level=bound.level,
        limit=bound.value,
        unit=bound.unit,
        hysteresis=bound.back,
        delay_periods=bound.delay,
        origin=held.origin,
        raised_t=held.raised_t,
    )


def _find_profile(name: str, profiles: Mapping[str, Profile]) -> Profile:
    profile = profiles.get(name)
    if profile is None:
        raise InvalidRequestError(f"there is no profile {name!r:.80} any more")
    return profile


async def preview_limits(call: Call[Nothing, LimitTrialBody]) -> LimitTrialShown:
    """What limits would have called in the last hours of a device. Changes nothing."""
    services, hours = call.services, call.body.hours
    device = await find_device(call.path["id"], services.fleet, call.rights.sees)
    profile = _find_profile(device.profile, services.profiles)
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
        limits=[_show(each) for each in trial.bounds],
        text=f"over its last {hours} h this would have called {trial.calls} times",
    )


def _show(trial: BoundTrial) -> BoundTrialShown:
    bound = trial.bound
    return BoundTrialShown(
        limit=BreachShown(bound.channel, bound.side, bound.level, None, bound.value, bound.unit),
        calls=trial.calls,
        first_t=trial.first_t,
        open_pct=round(100 * trial.open_share, 2),
    )


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
