"""What a rule has to be before it is kept."""

from __future__ import annotations

import re
from itertools import pairwise

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.notifications.holidays import check_holidays
from tocsin.domain.notifications.hours import Hours, check_zone
from tocsin.domain.notifications.rule import Rule, Step, Target

MOST_RULES = 10  # of a site: all of them are read in each turn
MOST_STEPS = 5
MOST_TARGETS = 8  # of a step
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254


def check_rule(rule: Rule) -> Rule:
    """Raises InvalidRequestError naming what is wrong, and what would be right."""
    if not 0 < len(rule.steps) <= MOST_STEPS:
        raise InvalidRequestError(f"steps must have 1 to {MOST_STEPS} entries")
    if rule.steps[0].after_ms:
        raise InvalidRequestError("the first step is told at once: its afterMin must be 0")
    for before, after in pairwise(rule.steps):
        if after.after_ms <= before.after_ms:
            raise InvalidRequestError("each step must come later than the one before it")
    for step in rule.steps:
        _check_step(step)
    if not rule.severities:
        raise InvalidRequestError("severities must name one at least: low, medium or high")
    if rule.hours is not None:
        _check_hours(rule.hours)
    return rule


def _check_step(step: Step) -> None:
    if not 0 < len(step.targets) <= MOST_TARGETS:
        raise InvalidRequestError(f"a step must have 1 to {MOST_TARGETS} targets")
    for target in step.targets:
        _check_target(target)


def _check_hours(hours: Hours) -> None:
    if not hours.spans:
        raise InvalidRequestError("hours.spans must have an entry; hours that are null mean always")
    check_zone(hours.zone)
    check_holidays(hours.holidays)


def _check_target(target: Target) -> None:
    if not target.person.isprintable():
        raise InvalidRequestError("person must be text that can be printed")
    if target.channel == "email":
        is_address = _ADDRESS.fullmatch(target.name) and len(target.name) <= _LONGEST_ADDRESS
        if not is_address:
            raise InvalidRequestError(f"{target.name!r:.80} is no email address")
