"""What the API answers of the settings of a site (docs/api.md)."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from tocsin.triggers.api.answers import Output, Revised


class SettingShown(Revised):
    """What is in force at a site, with every default filled in, and who set it when (ms)."""

    site: str
    set_by: str | None
    set_at: int | None


class LimitsShown(Output):
    """What no plan may exceed. ``maxMigrations`` is null for any number."""

    max_migrations: int | None
    reserve: float
    min_health: float


class PaceShown(Output):
    """How much may move in how long."""

    per_task_hour: int
    per_device_hour: int
    per_site_hour: int
    settle_periods: float
    quiet_periods: float


class WeightsShown(Output):
    """What each thing costs in watts."""

    energy: float
    response: float
    spread: float
    reserve: float
    overload: float
    late: float
    migration: float
    misplaced: float


class SearchShown(Output):
    """How long a plan is looked for, and how near to the best is near enough."""

    time_limit_s: float
    gap: float


class OptimiserShown(SettingShown):
    """How a site is planned. Of ``silentAfterPeriods`` and ``silentAfterS`` the one that counts."""

    paused: bool
    shed: bool
    silent_after_periods: float | None
    silent_after_s: float | None
    limits: LimitsShown
    pace: PaceShown
    weights: WeightsShown
    search: SearchShown


class OverridesShown(SettingShown):
    """``pins``: device by task. ``drained``: by device. ``forbidden``: by task, then by device."""

    pins: dict[str, str]
    drained: dict[str, bool]
    forbidden: dict[str, dict[str, bool]]


class TaskShown(Output):
    """A task as operators describe it."""

    load_pct: float
    deadline_ms: float | None
    priority: float
    capability: str | None
    pinned: bool


class TasksShown(SettingShown):
    """The tasks of a site, by id."""

    tasks: dict[str, TaskShown]


class ChannelLimitsShown(Output):
    """Limits of a channel, in its unit. What is not set is left out."""

    preset: str | UnsetType = UNSET
    warning_low: float | UnsetType = UNSET
    alarm_low: float | UnsetType = UNSET
    warning_high: float | UnsetType = UNSET
    alarm_high: float | UnsetType = UNSET
    hysteresis: float | UnsetType = UNSET
    delay_periods: float | UnsetType = UNSET


class LimitsOfSiteShown(SettingShown):
    """``profiles``: by profile, then by channel. ``devices``: by device, then by channel."""

    profiles: dict[str, dict[str, ChannelLimitsShown]]
    devices: dict[str, dict[str, ChannelLimitsShown]]
