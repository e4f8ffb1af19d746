"""Whom a rule would have told of what is past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.test_incident_ports import make_incident
from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA, BOB, make_rule
from tocsin.domain.incidents.actions import Act, acknowledge
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.hours import WEEK, Hours, Span
from tocsin.domain.notifications.past import count_steps
from tocsin.domain.notifications.rule import Step

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LINE = make_rule(steps=(Step(0, (ADA,)), Step(15 * MINUTE_MS, (BOB,))))
MIDNIGHT = NOW - NOW % DAY_MS


def announce(at: int = NOW) -> Incident:
    return replace(make_incident(t=at), announced_at=at)


def clear(incident: Incident, at: int) -> Incident:
    return replace(incident, process=replace(incident.process, clear_at=at, active_at=None))


def test_each_step_is_come_to_while_nobody_has_it() -> None:
    assert count_steps(LINE, announce(), NOW + 14 * MINUTE_MS) == 1
    assert count_steps(LINE, announce(), NOW + 15 * MINUTE_MS) == 2
    assert count_steps(LINE, make_incident(), NOW + DAY_MS) == 0, "it was never announced"


@pytest.mark.parametrize(("minutes", "steps"), [(0, 1), (14, 1), (16, 2)])
def test_who_has_it_or_its_end_spares_the_next_in_line(minutes: int, steps: int) -> None:
    at = NOW + minutes * MINUTE_MS
    assert count_steps(LINE, acknowledge(announce(), Act("ada", at)), NOW + DAY_MS) == steps
    assert count_steps(LINE, clear(announce(), at), NOW + DAY_MS) == steps


def test_a_severity_that_is_not_the_rules_tells_nobody() -> None:
    rule = replace(LINE, severities=frozenset({"high"}))
    assert count_steps(rule, announce(), NOW + DAY_MS) == 0


def test_what_is_still_open_when_the_hours_begin_is_told_then() -> None:
    hours = Hours("UTC", (Span(frozenset(WEEK), 6 * 60, 14 * 60),))
    rule = replace(LINE, hours=hours)
    night = announce(MIDNIGHT + 2 * HOUR_MS)
    assert count_steps(rule, night, MIDNIGHT + 5 * HOUR_MS) == 0
    assert count_steps(rule, night, MIDNIGHT + 6 * HOUR_MS) == 1
    assert count_steps(rule, night, MIDNIGHT + 7 * HOUR_MS) == 2
    assert count_steps(rule, clear(night, MIDNIGHT + 3 * HOUR_MS), NOW + DAY_MS) == 0
    late = announce(MIDNIGHT + 13 * HOUR_MS + 50 * MINUTE_MS)
    assert count_steps(rule, late, MIDNIGHT + 15 * HOUR_MS) == 1, "their hours were over"


def test_hours_that_are_rarely_on_are_found_and_those_that_never_are_end() -> None:
    rare = Hours("Europe/Berlin", (Span(frozenset({WEEK[0]}), 22 * 60, 2 * 60),))
    found = rare.find_next(MIDNIGHT, MIDNIGHT + 8 * DAY_MS)
    assert found is not None
    assert rare.is_on(found)
    assert found == MIDNIGHT or not rare.is_on(found - 1)
    assert rare.find_next(MIDNIGHT, found) == found
    never = Hours("UTC", (Span(frozenset({"holiday"}), 0, 1440),))
    assert never.find_next(MIDNIGHT, MIDNIGHT + 90 * DAY_MS) is None
