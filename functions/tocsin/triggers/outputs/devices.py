"""What the API answers of devices: how each is, and how its sensors are (docs/api.md)."""

from __future__ import annotations

from tocsin.domain.states.rule import State
from tocsin.triggers.api.answers import Listed, Output
from tocsin.triggers.outputs.clocks import ClockShown, NotScoredShown, RefusedShown, RhythmShown


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
    rested: int | None
    fell: int | None
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
