"""Rules of a site: who is told of which incidents, when, and who is next in line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.domain.incidents.severity import LEVELS, Severity
from tocsin.domain.notifications.hours import Hours

Channel = Literal["email", "slack", "webhook"]
CHANNELS: tuple[Channel, ...] = ("email", "slack", "webhook")


@dataclass(frozen=True, slots=True)
class Target:
    """Where one message goes.

    name: an email address; of Slack and webhooks the name of one that the settings of the app
        know, since its address is a secret.
    person: whom it reaches, for those who read the rule.
    """

    channel: Channel
    name: str
    person: str = ""

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.name}"

    @property
    def lane(self) -> str:
        """What fails together: all email goes through one server."""
        return "email" if self.channel == "email" else self.key


@dataclass(frozen=True, slots=True)
class Step:
    """Those who are told when nobody acknowledged it for *after_ms* since the first were told."""

    after_ms: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Durations in ms; *by*, *at*: who set it, when.

    hours: None for always.
    steps: the first ones told, then the next in line; never empty.
    group_wait_ms: how long the first message waits for other incidents, to tell them together.
    group_interval_ms: how long at least between two messages of the rule to the same target.
    repeat_ms: how often it is said again until somebody acknowledges; None for never.
    tells_end: whether those who were told hear of the end.
    tells_windows: whether the first in line hear of maintenance that begins and ends.
    """

    rule_id: str
    site_id: str
    steps: tuple[Step, ...]
    on: bool = True
    severities: frozenset[Severity] = frozenset(LEVELS)
    hours: Hours | None = None
    group_wait_ms: int = 0
    group_interval_ms: int = 0
    repeat_ms: int | None = None
    tells_end: bool = True
    tells_windows: bool = False
    revision: int = 0
    by: str = ""
    at: int = 0

    def list_targets(self, steps: int) -> tuple[Target, ...]:
        """Those of the first *steps* steps, each once."""
        found = {target.key: target for step in self.steps[:steps] for target in step.targets}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a site notifies at all, and how many messages each target takes in an hour.

    off: the channels by which nobody of the site is written to, for example while one is at fault.
    """

    on: bool = True
    per_hour: int = 30
    revision: int = 0
    by: str | None = None
    at: int | None = None
    off: frozenset[Channel] = frozenset()

    def silences(self, target: Target) -> bool:
        return target.channel in self.off
