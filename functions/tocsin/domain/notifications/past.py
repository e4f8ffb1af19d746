"""Whom a rule would have told of an incident that is past, as far as its story says."""

from __future__ import annotations

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.rule import Rule

_HAD = frozenset({"acknowledged", "closed"})


def count_steps(rule: Rule, incident: Incident, now_ms: int) -> int:
    """How many steps of *rule* an announced incident would have come to; 0: nobody is told.

    It counts from when it was announced until somebody had it, or it was clear. Its severity is
    what it is now. What held it after it was announced is not looked at.
    """
    announced_at = incident.announced_at
    if announced_at is None or incident.severity not in rule.severities:
        return 0
    until_ms = max(_find_end(incident, announced_at, now_ms), announced_at)
    hours = rule.hours
    told_at = announced_at if hours is None else hours.find_next(announced_at, until_ms)
    if told_at is None:
        return 0
    times = [told_at + step.after_ms for step in rule.steps]
    return sum(at <= until_ms and (hours is None or hours.is_on(at)) for at in times)


def _find_end(incident: Incident, announced_at: int, now_ms: int) -> int:
    """When nobody had to be told any more: now, where that is still so."""
    had = [
        entry.at
        for entry in incident.timeline.entries
        if entry.what in _HAD and entry.at >= announced_at
    ]
    clear_at = incident.process.clear_at
    return min([*had, now_ms, *([] if clear_at is None else [clear_at])])
