"""What the API answers of incidents and maintenance windows (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from tocsin.domain.alerts.alert import Cause
from tocsin.triggers.api.answers import Listed, Output, Revised
from tocsin.triggers.outputs.alerts import BreachShown

Severity = Literal["low", "medium", "high"]
State = Literal["unacknowledged", "acknowledged", "closed"]
Held = Literal["shelved", "maintenance", "out of service", "flapping"]


class HandlingShown(Output):
    """Who brought it into its state, and when. ``forced``: closed although it was active."""

    by: str | None
    at: int | None
    forced: bool


class ShelfShown(Output):
    """A shelf, and when it ends. ``once``: it also ends as soon as the incident clears."""

    by: str
    at: int
    until: int
    once: bool


class SuppressionShown(Output):
    """What quietens it: a shelf, ids of windows, flapping."""

    shelf: ShelfShown | None
    windows: list[str]
    out_of_service: list[str]
    flapping: bool


class IncidentFields(Revised):
    """What every answer says of an incident. Times in ms; ``held``: why nobody is told of it.

    ``alerts``: how many belong to it. ``text``: what is wrong, in words; ``lasting``: for how long.
    """

    id: str
    site_id: str
    building: str | None
    severity: Severity
    state: State
    active: bool
    held: list[Held]
    live: bool
    opened_at: int
    announced_at: int | None
    active_at: int | None
    clear_at: int | None
    device_ids: list[str]
    alerts: int
    text: str
    lasting: str
    handling: HandlingShown
    suppression: SuppressionShown


class IncidentListed(IncidentFields):
    """An incident in a list."""


class IncidentsShown(Listed):
    """A page of incidents, newest first. ``older`` is where the next page begins."""

    incidents: list[IncidentListed]
    older: str | None


class ChannelBlamed(Output):
    """A channel that gave a device away: its share of the score, its value then, and what is
    usual."""

    name: str
    share: float
    value: float | None
    low: float | None
    high: float | None


class AlertJoined(Output):
    """One alert of a device; event times."""

    alert_id: str
    raised_t: int | None
    cleared_t: int | None


class DeviceConcerned(Output):
    """A device of an incident. ``alerts``: the newest of its ``count``. ``cameLater``: readings
    from the time of its silences that came afterwards. ``late``: how many of its alerts were found
    when their readings had come late."""

    device_id: str
    profile: str
    active: bool
    count: int
    causes: list[Cause]
    ratio: float | None
    top: list[ChannelBlamed]
    sensors: dict[str, str]
    came_later: int
    late: int
    limits: list[BreachShown]
    alerts: list[AlertJoined]
    text: str


class EntryShown(Output):
    """One change: who, when, what, from what to what."""

    n: int
    at: int
    by: str
    what: str
    text: str
    before: str | None
    after: str | None


class IncidentShown(IncidentFields):
    """An incident with its devices and its story."""

    devices: list[DeviceConcerned]
    timeline: list[EntryShown]


class ScopeShown(Output):
    """Which devices a window covers."""

    kind: Literal["site", "building", "device", "profile"]
    name: str


class RecurrenceShown(Output):
    """When a window comes again, in the time on the wall of its zone."""

    rule: str
    zone: str
    lasting_min: float


class WindowShown(Output):
    """A maintenance window. ``on``: whether it is on now; ``by``, ``at``: who set it, when;
    ``announce``: whether people are told when it starts and ends."""

    id: str
    kind: Literal["maintenance", "out of service"]
    scope: ScopeShown
    starts_at: int
    ends_at: int | None
    recurrence: RecurrenceShown | None
    comment: str
    by: str
    at: int
    announce: bool
    on: bool


class WindowsShown(Output):
    """All windows of a site, by id."""

    windows: list[WindowShown]


class WindowRemoved(Output):
    """The window that is gone."""

    removed: str


class TrialShown(Output):
    """What a window would have done: of ``incidents`` that were announced, those ``held``.

    ``cut``: there were more than could be looked at; these are the newest.
    """

    days: int
    incidents: int
    held: list[IncidentListed]
    text: str
    cut: bool
