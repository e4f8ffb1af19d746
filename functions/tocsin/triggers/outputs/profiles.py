"""What the API answers of profiles and of the models of their devices (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tocsin.domain.profile import Role
from tocsin.domain.states.rule import State
from tocsin.triggers.api.answers import Listed, Output
from tocsin.triggers.outputs.clocks import EventTimesShown


class ProfileLimitsShown(Output):
    """Plain limits of a channel, in its unit."""

    preset: str | None
    warning_low: float | None = field(name="warning_low")
    alarm_low: float | None = field(name="alarm_low")
    warning_high: float | None = field(name="warning_high")
    alarm_high: float | None = field(name="alarm_high")
    hysteresis: float | None
    delay_periods: float | None = field(name="delay_periods")


class ChannelShown(Output):
    """A measured quantity. ``low`` and ``high`` bound what its sensor can physically show;
    ``error_values`` are what it shows between them when it could not measure; ``resolution`` are
    the steps of the sensors of its kind, 0 where that is not said. ``role``: a covariate is known
    beforehand and never judged; ``unsteady``, of a covariate: from where to where devices differ in
    how steady they are (docs/formats.md)."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    role: Role
    limits: ProfileLimitsShown | None
    error_values: list[float] = field(name="error_values")
    unsteady: list[float] | None
    resolution: float


class ModelShown(Output):
    """Which bundle scores, since when it is the active one (ms), and why the active one was
    refused."""

    version: str | None
    activated_at: int | None
    refused: str | None


class DriftShown(Output):
    """How far the devices of the last day are from what the active model was made on."""

    id: str
    type: Literal["drift"]
    profile: str
    state: Literal["stable", "watch", "drifted", "unknown"]
    reason: str | None
    figure: float | None
    largest: str | None
    score: float | None
    channels: dict[str, float]
    readings: int
    devices: int
    from_t: int = field(name="from")
    to_t: int = field(name="to")
    model_version: str | None


class ActivityShown(Output):
    """A channel that shows whether a machine is at work, and where its value splits; null where
    that follows from what the model was trained on."""

    channel: str
    off_below: float | None = field(name="off_below")
    idle_below: float | None = field(name="idle_below")


class ReachShown(Output):
    """A channel that has to come up before a start is over, and from which value on it has; null
    where that follows from what the model was trained on."""

    channel: str
    at: float | None


class StatesShown(Output):
    """How operating states are known: by ``activity``, or ``told_by`` a field beside the channels,
    with the ``names`` of its values. ``start_s``: how long a start may take; ``reach``: what has to
    come up before it is over."""

    activity: list[ActivityShown]
    told_by: str | None = field(name="told_by")
    names: dict[str, State]
    start_s: float = field(name="start_s")
    reach: list[ReachShown]


class ProfileShown(Output):
    """A kind of device. ``drift`` is null before the first measurement."""

    name: str
    title: str
    period_s: float = field(name="period_s")
    window: int
    channels: list[ChannelShown]
    event_times: EventTimesShown = field(name="event_times")
    states: StatesShown | None
    model: ModelShown
    drift: DriftShown | None


class ProfilesShown(Listed):
    """Every kind of device."""

    profiles: list[ProfileShown]
