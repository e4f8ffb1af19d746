"""What the API answers of notifications (docs/api.md)."""

from __future__ import annotations

from typing import Literal

import msgspec

from tocsin.triggers.api.answers import Listed, Output, Revised
from tocsin.triggers.outputs.incidents import IncidentListed

ChannelWord = Literal["email", "slack", "webhook"]
DayWord = Literal["mo", "tu", "we", "th", "fr", "sa", "su", "holiday"]
SeverityWord = Literal["low", "medium", "high"]
KindWord = Literal["opened", "reminder", "escalated", "ended", "notice", "test"]
StatusWord = Literal["pending", "sent", "failed", "skipped"]


class TargetShown(Output):
    """Where a message goes: an email address, or the name of a Slack or other webhook."""

    channel: ChannelWord
    name: str
    person: str


class StepShown(Output):
    """Those who are told so many minutes after the first."""

    after_min: float
    targets: list[TargetShown]


class SpanShown(Output):
    """From a time of day until another, on these days."""

    days: list[DayWord]
    from_: str = msgspec.field(name="from")
    to: str


class HoursShown(Output):
    """When a rule holds. ``holidays``: the iCalendar file."""

    zone: str
    spans: list[SpanShown]
    holidays: str


class RuleShown(Revised):
    """Who is told of which incidents. ``by``, ``at``: who set it, when (ms).

    ``inHours``: whether it holds now.
    """

    id: str
    on: bool
    severities: list[SeverityWord]
    hours: HoursShown | None
    steps: list[StepShown]
    group_wait_s: float
    group_interval_s: float
    repeat_min: float | None
    tells_end: bool
    tells_windows: bool
    in_hours: bool
    by: str
    at: int


class RulesShown(Output):
    """The rules of a site, by id."""

    rules: list[RuleShown]


class RuleRemoved(Revised):
    """The rule that is gone; its ``revision`` is 0, as that of any rule that is not there."""

    removed: str


class SwitchShown(Revised):
    """Whether a site notifies, how many messages a target takes in an hour, who set it when (ms).

    ``off``: the channels by which nobody is written to. ``waiting``: messages that are not sent
    yet.
    """

    on: bool
    per_hour: int
    off: list[ChannelWord]
    by: str | None
    at: int | None
    waiting: int


class DeliveryShown(Output):
    """One message to one target, and what became of it. Times in ms.

    ``target``: null where nobody was written to. ``reason``: why it failed, waits or was skipped.
    ``nextAt``: when it is tried next. ``sentAt``: when it was sent.
    """

    id: str
    rule: str
    kind: KindWord
    status: StatusWord
    reason: str | None
    target: TargetShown | None
    incident_ids: list[str]
    subject: str
    text: str
    attempts: int
    created_at: int
    next_at: int | None
    sent_at: int | None
    ended_at: int | None


class DeliveriesShown(Listed):
    """A page of deliveries, newest first. ``older`` is where the next page begins."""

    deliveries: list[DeliveryShown]
    older: str | None


class TrialOfRule(Output):
    """What became of the message to each target."""

    deliveries: list[DeliveryShown]


class RulePreviewShown(Output):
    """What a rule would have done: of ``incidents`` that were announced, those ``told``.

    ``escalated``: of how many of these the next in line would have heard. ``cut``: there were more
    than could be looked at; these are the newest.
    """

    days: int
    incidents: int
    told: list[IncidentListed]
    escalated: int
    text: str
    cut: bool
