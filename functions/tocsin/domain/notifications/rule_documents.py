"""Rules and the switch of a site as documents of ``notifications`` (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.errors import DamagedDocumentError, InvalidRequestError
from tocsin.domain.notifications.holidays import check_holidays
from tocsin.domain.notifications.hours import (
    Hours,
    Span,
    check_zone,
    parse_minute,
    write_minute,
)
from tocsin.domain.notifications.rule import Channel, Rule, Step, Switch, Target
from tocsin.domain.stored import (
    OPTIONAL_TEXT,
    OPTIONAL_WHOLE,
    take_field,
    take_list,
    take_part,
    take_parts,
    take_word,
)

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
        severities=frozenset(take_list(document, "severities", str)),
        hours=None if hours is None else _read_hours(hours),
        steps=tuple(map(_read_step, take_parts(document, "steps"))),
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
        take_word(part, "channel", Channel),
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
        "off": sorted(switch.off),
    }


def read_switch(document: Mapping[str, Any]) -> Switch:
    """Raises DamagedDocumentError."""
    return Switch(
        take_field(document, "on", bool),
        take_field(document, "perHour", int),
        take_field(document, "revision", int),
        take_field(document, "by", *OPTIONAL_TEXT),
        take_field(document, "at", *OPTIONAL_WHOLE),
        # Left out by what was written before channels could be switched off.
        frozenset(take_list({"off": [], **document}, "off", str)),
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
    """Whoever looks whether a rule holds must be able to; a zone may have ceased to be."""
    try:
        return Hours(
            check_zone(take_field(part, "zone", str)),
            tuple(map(_read_span, take_parts(part, "spans"))),
            check_holidays(take_field(part, "holidays", str)),
        )
    except InvalidRequestError as error:
        raise DamagedDocumentError(f"the stored {part['id']!r:.80} is damaged: {error}") from error


def _read_span(part: Mapping[str, Any]) -> Span:
    return Span(
        frozenset(take_list(part, "days", str)),
        parse_minute(take_field(part, "from", str)),
        parse_minute(take_field(part, "to", str)),
    )


def _read_step(part: Mapping[str, Any]) -> Step:
    return Step(
        take_field(part, "afterMs", int), tuple(map(read_target, take_parts(part, "targets")))
    )
