"""What the API answers of profiles, devices and their readings (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from tocsin.domain.profile import Role
from tocsin.domain.states.rule import State
from tocsin.triggers.answers import Listed, Output
from tocsin.triggers.outputs_clocks import (
    ClockShown,
    EventTimesShown,
    NotScoredShown,
    RefusedShown,
    RhythmShown,
)


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


class OpenAlertShown(Output):
    """The alert that a device is in, since event time ``t`` (ms), and where it was raised."""

    alert_id: str
    t: int
    site_id: str | None


class BesideShown(Output):
    """What joined the open alert: the channels that are called, how many readings in a row others
    were anomalous by themselves, and when alerts of their own were raised (ms)."""

    known: list[str]
    runs: dict[str, int]
    raised: dict[str, int]


class LimitStateShown(Output):
    """For how many periods readings have spoken for a change of a limit, and since when (ms) and
    where its alert is open."""

    run: float
    raised_t: int | None
    site_id: str | None


class UsualShown(Output):
    """How far the learning of a device's own normal score is, by which model, and since which
    baseline (ms)."""

    ticks: int
    readings: int
    profile: str | None
    model_version: str | None
    baseline: int


class AftermathShown(Output):
    """The peak of the last excursion, and when it was (ms)."""

    peak: float
    t: int


class OutageShown(Output):
    """How many sensors went out, and when (ms)."""

    sensors: int
    since: int


class StartShown(Output):
    """By stretch, each twice as long as the one before, the highest score after a start; and the
    highest value of its most telling channel until it ran."""

    scores: list[float]
    peak: float


class SettlingShown(Output):
    """The start that goes on, and those before it; the highest score of ``idled`` readings of
    idling."""

    now: StartShown
    before: list[StartShown]
    idle: float
    idled: int


class WorkShown(Output):
    """What a device measured of its own work lately: columns, the newest row last."""

    period_ms: int
    message_ms: int
    t: list[int]
    cpu_pct: list[float]
    answer_ms: list[float | None]


class BadValueShown(Output):
    """The newest cell of a channel that held no value, when (ms), and how many there were."""

    value: float | str
    t: int
    count: int


class OperatingShown(Output):
    """Whether a machine is off, idle, starting or running, since event time ``since`` (ms).

    ``left``, ``low``, ``high``: since when it has been less active than at work, as good as dead,
    or at work again, while that is not believed yet. ``started``: when the start began that it is
    settling from. ``blindTo``: until then windows hold readings of another state. ``settling``:
    what was seen of its last starts, and of its idling.
    """

    state: State
    since: int | None
    left: int | None
    low: int | None
    high: int | None
    started: int | None
    blind_to: int | None
    settling: SettlingShown | None


class OwnRangeShown(Output):
    """What a device that no model knows has shown itself. ``channels``: the lowest and the highest
    value of the days that are over, and of the one that goes on since ``began`` (ms) with so many
    ``readings``; null where none is known. ``called_t``: since when an alert is open because of its
    sensors (ms). ``rests``: for how many readings each has shown one value up to now, the most
    after which it went on, and how often it moved, ``since`` the first reading (ms)."""

    began: int
    readings: int
    called_t: int | None
    channels: dict[str, list[float | None]]
    since: int
    rests: dict[str, list[int]]


class DeviceShown(Output):
    """The latest state of a device (docs/formats.md)."""

    id: str
    device_id: str
    site_id: str
    profile: str
    last_t: int
    last_seq: int
    latest: dict[str, float | None]
    score: float | None
    threshold: float | None
    anomalous: bool
    sensors: dict[str, str]
    bad_values: dict[str, BadValueShown]
    alert: OpenAlertShown | None
    beside: BesideShown | None
    limits: dict[str, LimitStateShown] | None
    passed_limits: list[str]
    run: int
    cleared_at: int | None
    usual: UsualShown
    aftermath: AftermathShown | None
    outage: OutageShown | None
    operating: OperatingShown | None
    own_range: OwnRangeShown | None
    model_version: str | None
    enqueued_at: int
    work: WorkShown | None
    clock: ClockShown | None
    rhythm: RhythmShown
    habits: dict[str, list[float | None]]
    not_scored: NotScoredShown | None
    refused: RefusedShown | None
    silent_after_ms: float
    remarks: list[str]


class DevicesShown(Listed):
    """The latest state of each device."""

    devices: list[DeviceShown]


class PointsShown(Output):
    """How many readings each point of a chart stands for, and how many of them were anomalous."""

    t: list[int]
    readings: list[int]
    anomalous: list[int]


class SeriesShown(Output):
    """One line of a chart: ``values`` in ``raw``, else ``min``, ``max`` and ``mean``."""

    t: list[int]
    values: list[float | None] | UnsetType = UNSET
    min: list[float | None] | UnsetType = UNSET
    max: list[float | None] | UnsetType = UNSET
    mean: list[float | None] | UnsetType = UNSET


class UnscoredShown(Output):
    """So many ``readings`` between two event times (ms) have no score, for one reason."""

    reason: str
    text: str
    from_t: int = field(name="from")
    to_t: int = field(name="to")
    readings: int


class LateShown(Output):
    """How many readings came late, and how many of them were anomalous: they called nobody."""

    readings: int
    anomalous: int


class ReadingsShown(Output):
    """A chart of a device. ``step`` and ``points`` are there unless ``resolution`` is raw,
    ``not_scored`` and ``late`` only then."""

    device_id: str
    from_t: int = field(name="from")
    to_t: int = field(name="to")
    resolution: Literal["raw", "minute", "hour"]
    until: int
    readings: int
    threshold: float | None
    series: dict[str, SeriesShown]
    step: int | UnsetType = UNSET
    points: PointsShown | UnsetType = UNSET
    not_scored: list[UnscoredShown] | UnsetType = UNSET
    late: LateShown | UnsetType = UNSET
