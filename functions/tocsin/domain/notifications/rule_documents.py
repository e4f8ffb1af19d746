"""Rules and the switch of a site as documents of ``notifications`` (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.notifications.hours import Hours, Span, parse_minute, write_minute
from tocsin.domain.notifications.rule import Rule, Step, Switch, Target
from tocsin.domain.stored import OPTIONAL_TEXT, OPTIONAL_WHOLE, take_field, take_part

RULE, SWITCH = "rule", "switch"
_PREFIX = "rule:"  # so that no rule is called like a delivery


def name_rule(rule_id: str) -> str:
    """The id of its document."""
    return f"{_PREFIX}{rule_id}"


def write_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": name_rule(rule.rule_id),
        "type": RULE,
        "siteId": rule.site_id,
        "on": rule.on,
        "severities": sorted(rule.severities),
        "hours": None if rule.hours is None else _write_hours(rule.hours),
        "steps": [
            {"afterMs": step.after_ms, "targets": [write_target(each) for each in step.targets]}
            for step in rule.steps
        ],
        "groupWaitMs": rule.group_wait_ms,
        "groupIntervalMs": rule.group_interval_ms,
        "repeatMs": rule.repeat_ms,
        "tellsEnd": rule.tells_end,
        "tellsWindows": rule.tells_windows,
        "revision": rule.revision,
        "by": rule.by,
        "at": rule.at,
    }


def read_rule(document: Mapping[str, Any]) -> Rule:
    """Raises DamagedDocumentError."""
    hours = take_part(document, "hours")
    return Rule(
        rule_id=take_field(document, "id", str).removeprefix(_PREFIX),
        site_id=take_field(document, "siteId", str),
        on=take_field(document, "on", bool),
        severities=frozenset(take_field(document, "severities", list)),
        hours=None if hours is None else _read_hours(hours),
        steps=tuple(_read_step(part) for part in take_field(document, "steps", list)),
        group_wait_ms=take_field(document, "groupWaitMs", int),
        group_interval_ms=take_field(document, "groupIntervalMs", int),
        repeat_ms=take_field(document, "repeatMs", *OPTIONAL_WHOLE),
        tells_end=take_field(document, "tellsEnd", bool),
        tells_windows=take_field(document, "tellsWindows", bool),
        revision=take_field(document, "revision", int),
        by=take_field(document, "by", str),
        at=take_field(document, "at", int),
    )


def write_target(target: Target) -> dict[str, Any]:
    return {"channel": target.channel, "name": target.name, "person": target.person}


def read_target(part: Mapping[str, Any]) -> Target:
    return Target(
        take_field(part, "channel", str),
        take_field(part, "name", str),
        take_field(part, "person", str),
    )


def write_switch(site_id: str, switch: Switch) -> dict[str, Any]:
    return {
        "id": SWITCH,
        "type": SWITCH,
        "siteId": site_id,
        "on": switch.on,
        "perHour": switch.per_hour,
        "revision": switch.revision,
        "by": switch.by,
        "at": switch.at,
    }


def read_switch(document: Mapping[str, Any]) -> Switch:
    """Raises DamagedDocumentError."""
    return Switch(
        take_field(document, "on", bool),
        take_field(document, "perHour", int),
        take_field(document, "revision", int),
        take_field(document, "by", *OPTIONAL_TEXT),
        take_field(document, "at", *OPTIONAL_WHOLE),
    )


def _write_hours(hours: Hours) -> dict[str, Any]:
    return {
        "zone": hours.zone,
        "spans": [
            {
                "days": sorted(span.days),
                "from": write_minute(span.from_min),
                "to": write_minute(span.to_min),
            }
            for span in hours.spans
        ],
        "holidays": hours.holidays,
    }


def _read_hours(part: Mapping[str, Any]) -> Hours:
    return Hours(
        take_field(part, "zone", str),
        tuple(
            Span(
                frozenset(take_field(span, "days", list)),
                parse_minute(take_field(span, "from", str)),
                parse_minute(take_field(span, "to", str)),
            )
            for span in take_field(part, "spans", list)
        ),
        take_field(part, "holidays", str),
    )


def _read_step(part: Mapping[str, Any]) -> Step:
    targets = take_field(part, "targets", list)
    return Step(take_field(part, "afterMs", int), tuple(read_target(each) for each in targets))
