"""What live messages hold (docs/formats.md): the records that the dashboard's checks are made from.

Use cases send documents, since the core knows no msgspec; tests hold what they send against these.
"""

from __future__ import annotations

from typing import Literal

from tocsin.domain.states.rule import State
from tocsin.triggers.api.answers import Output
from tocsin.triggers.outputs.alerts import AlertFields
from tocsin.triggers.outputs.clocks import NotScoredShown
from tocsin.triggers.outputs.incidents import IncidentListed, WindowShown
from tocsin.triggers.outputs.plans import HoldShown, PlanListed
from tocsin.triggers.outputs.settings import (
    LimitsOfSiteShown,
    OptimiserShown,
    OverridesShown,
    TasksShown,
)


class LiveReading(Output):
    """The last reading of a device at event time ``t`` (ms); values in the units of its profile.
    ``limits``: those that it is beyond, such as ``vibration_mm_s-high-alarm``.
    ``state``: its operating state since event time ``state_since``; null where nobody knows."""

    device_id: str
    profile: str
    t: int
    values: dict[str, float | None]
    score: float | None
    threshold: float | None
    anomalous: bool
    sensors: dict[str, str]
    limits: list[str]
    enqueued_at: int
    silent_after_ms: float
    not_scored: NotScoredShown | None
    state: State | None
    state_since: int | None
    remarks: list[str]


class LiveAlert(AlertFields):
    """An alert that was raised or cleared, as it is stored."""


class TelemetryMessage(Output):
    """The newest reading of each device that sent some: at most one message an interval and site.

    waiting: devices whose newest reading did not fit, and comes with one of the next messages.
    """

    type: Literal["telemetry"]
    site_id: str
    devices: list[LiveReading]
    waiting: int


class AlertMessage(Output):
    """An alert was raised or cleared."""

    type: Literal["alert"]
    site_id: str
    alert: LiveAlert


class PlanMessage(Output):
    """A plan was made, or one of its deliveries changed."""

    type: Literal["plan"]
    site_id: str
    plan: PlanListed


class StandingNews(Output):
    """Why work moves or does not, as the last run found."""

    outcome: Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]
    notes: list[str]
    hold: HoldShown | None


class StandingMessage(Output):
    """A run found another reason why work moves or does not."""

    type: Literal["standing"]
    site_id: str
    standing: StandingNews


class IncidentMessage(Output):
    """An incident began, changed, or ended."""

    type: Literal["incident"]
    site_id: str
    incident: IncidentListed


class MaintenanceMessage(Output):
    """A maintenance window of which people want to be told started or ended."""

    type: Literal["maintenance"]
    site_id: str
    turn: Literal["starts", "ended"]
    at: int
    text: str
    window: WindowShown


class OptimiserMessage(Output):
    """An operator changed how the site is planned."""

    type: Literal["settings"]
    kind: Literal["optimiser"]
    site_id: str
    setting: OptimiserShown


class OverridesMessage(Output):
    """An operator pinned, drained or forbade something, or took that back."""

    type: Literal["settings"]
    kind: Literal["overrides"]
    site_id: str
    setting: OverridesShown


class TasksMessage(Output):
    """An operator changed the tasks of the site."""

    type: Literal["settings"]
    kind: Literal["tasks"]
    site_id: str
    setting: TasksShown


class LimitsMessage(Output):
    """An operator changed the plain limits of the site's devices."""

    type: Literal["settings"]
    kind: Literal["limits"]
    site_id: str
    setting: LimitsOfSiteShown


MESSAGES: tuple[type[Output], ...] = (
    TelemetryMessage,
    AlertMessage,
    PlanMessage,
    StandingMessage,
    IncidentMessage,
    MaintenanceMessage,
    OptimiserMessage,
    OverridesMessage,
    TasksMessage,
    LimitsMessage,
)
