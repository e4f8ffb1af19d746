"""Whether there is anything to tell of an incident just now, and why not."""

from __future__ import annotations

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.rule import Rule, Switch, Target

OFF = "notifications of the site are switched off"
GONE = "the incident is gone"


def say_silenced(target: Target) -> str:
    return f"{target.channel} is switched off at the site"


def find_quiet(incident: Incident | None, rule: Rule, switch: Switch, now_ms: int) -> str | None:
    """Why *rule* tells nobody of *incident*; None where it does."""
    if not switch.on:
        return OFF
    if incident is None:
        return GONE
    return _find_state(incident) or _find_mismatch(incident, rule, now_ms)


def is_held(incident: Incident, desk: Desk) -> bool:
    """Whether something keeps it from people, which will end."""
    return incident.suppression.is_held or not desk.switch.on


def _find_state(incident: Incident) -> str | None:
    if incident.handling.is_closed:
        return "it was closed"
    if incident.suppression.is_held:
        return f"it is held: {', '.join(incident.suppression.reasons)}"
    if incident.handling.state == "acknowledged":
        return f"{incident.handling.by} acknowledged it"
    is_news = incident.process.is_active or incident.process.came_late
    return None if is_news else "it cleared"


def _find_mismatch(incident: Incident, rule: Rule, now_ms: int) -> str | None:
    if incident.severity not in rule.severities:
        return f"the severity {incident.severity} is not one of the rule's"
    if rule.hours is not None and not rule.hours.is_on(now_ms):
        return "it is outside the hours of the rule"
    return None
