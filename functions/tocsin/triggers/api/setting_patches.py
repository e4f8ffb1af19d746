"""The bodies that change a setting: merge patches (RFC 7396), so ``null`` takes a key away.

What is left out of a patch stays as it is. Ranges, and whether tasks and devices are there, are
checked where the setting as a whole is.
"""

from __future__ import annotations

from typing import TypeVar, Union

from msgspec import UNSET, UnsetType

from tocsin.triggers.api.inputs import Input

Value = TypeVar("Value")
Change = Union[Value, None, UnsetType]  # noqa: UP007 (a generic alias has to be written so)
Number = int | float


class LimitsPatch(Input):
    """What no plan may exceed; null takes a limit back to its default."""

    max_migrations: Change[Number] = UNSET
    reserve: Change[Number] = UNSET
    min_health: Change[Number] = UNSET


class PacePatch(Input):
    """How much may move in how long; null takes a limit back to its default."""

    per_task_hour: Change[Number] = UNSET
    per_device_hour: Change[Number] = UNSET
    per_site_hour: Change[Number] = UNSET
    settle_periods: Change[Number] = UNSET
    quiet_periods: Change[Number] = UNSET


class WeightsPatch(Input):
    """What each thing costs in watts; null takes a weight back to its default."""

    energy: Change[Number] = UNSET
    response: Change[Number] = UNSET
    spread: Change[Number] = UNSET
    reserve: Change[Number] = UNSET
    overload: Change[Number] = UNSET
    late: Change[Number] = UNSET
    migration: Change[Number] = UNSET
    misplaced: Change[Number] = UNSET


class SearchPatch(Input):
    """How long a plan is looked for (s), and how near to the best is near enough."""

    time_limit_s: Change[Number] = UNSET
    gap: Change[Number] = UNSET


class OptimiserPatch(Input):
    """How a site is planned. ``paused``: nothing is changed until it is false again. ``hold``: null
    takes the site's hold away, as any change does. Nobody sets one: any other value is refused
    where the setting as a whole is checked."""

    hold: Change[bool] = UNSET
    paused: Change[bool] = UNSET
    shed: Change[bool] = UNSET
    silent_after_periods: Change[Number] = UNSET
    silent_after_s: Change[Number] = UNSET
    limits: Change[LimitsPatch] = UNSET
    pace: Change[PacePatch] = UNSET
    weights: Change[WeightsPatch] = UNSET
    search: Change[SearchPatch] = UNSET


class OverridesPatch(Input):
    """pins: device by task. drained: by device. forbidden: by task, then by device."""

    pins: Change[dict[str, str | None]] = UNSET
    drained: Change[dict[str, bool | None]] = UNSET
    forbidden: Change[dict[str, dict[str, bool | None] | None]] = UNSET


class TaskPatch(Input):
    """A task: its load in percent, its deadline in ms, what it counts, what it needs."""

    load_pct: Change[Number] = UNSET
    deadline_ms: Change[Number] = UNSET
    priority: Change[Number] = UNSET
    capability: Change[str] = UNSET
    pinned: Change[bool] = UNSET


class TasksPatch(Input):
    """tasks: by id."""

    tasks: Change[dict[str, TaskPatch | None]] = UNSET


class ChannelLimitsPatch(Input):
    """Limits of a channel, and its hysteresis, in its unit. ``preset``: see docs/formats.md."""

    preset: Change[str] = UNSET
    warning_low: Change[Number] = UNSET
    alarm_low: Change[Number] = UNSET
    warning_high: Change[Number] = UNSET
    alarm_high: Change[Number] = UNSET
    hysteresis: Change[Number] = UNSET
    delay_periods: Change[Number] = UNSET


ByChannel = dict[str, ChannelLimitsPatch | None]


class LimitsOfSitePatch(Input):
    """profiles: by profile, then by channel. devices: by device, then by channel. A channel without
    any limit has none, whatever its profile says."""

    profiles: Change[dict[str, ByChannel | None]] = UNSET
    devices: Change[dict[str, ByChannel | None]] = UNSET
