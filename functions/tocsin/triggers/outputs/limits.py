"""What the API answers of plain limits (docs/api.md)."""

from __future__ import annotations

import msgspec

from tocsin.domain.limits.book import SetFor
from tocsin.domain.limits.bounds import Level, Side
from tocsin.triggers.api.answers import Output, Revised
from tocsin.triggers.outputs.alerts import BreachShown
from tocsin.triggers.outputs.settings import ChannelLimitsShown
from tocsin.usecases.settings.preview_limits import BoundTrial
from tocsin.usecases.settings.written_limits import WrittenLimits
from tocsin.usecases.showing.show_limits import HeldLimit, Origin


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


class BoundShown(Output):
    """A limit that follows from what is set, in the unit of the channel."""

    side: Side
    level: Level
    value: float
    hysteresis: float
    delay_periods: float


class WrittenLimitsShown(Output):
    """What is set of a channel: as it was ``written``, and for whom (``origin``)."""

    origin: SetFor
    written: ChannelLimitsShown
    bounds: list[BoundShown]


class PresetShown(Output):
    """What a preset stands for, in its unit, and for which machines."""

    title: str
    unit: str
    warning_high: float
    alarm_high: float


class DeviceLimitsShown(Revised):
    """The limits that hold for a device, and by channel what is set, which holds within a minute.
    ``revision``: of ``settings/limits`` of its site."""

    device_id: str
    site_id: str
    limits: list[HeldLimitShown]
    channels: dict[str, WrittenLimitsShown]
    presets: dict[str, PresetShown]


def show_held(held: HeldLimit) -> HeldLimitShown:
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


def show_written(found: WrittenLimits) -> WrittenLimitsShown:
    return WrittenLimitsShown(
        origin=found.origin,
        written=ChannelLimitsShown.read(found.written.to_document()),
        bounds=[
            BoundShown(bound.side, bound.level, bound.value, bound.back, bound.delay)
            for bound in found.bounds
        ],
    )


def show_trial(trial: BoundTrial) -> BoundTrialShown:
    bound = trial.bound
    return BoundTrialShown(
        limit=BreachShown(bound.channel, bound.side, bound.level, None, bound.value, bound.unit),
        calls=trial.calls,
        first_t=trial.first_t,
        open_pct=round(100 * trial.open_share, 2),
    )
