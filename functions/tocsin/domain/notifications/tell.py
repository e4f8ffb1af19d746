"""Who has to be told of what by now: the first in line, again, the next in line, of the end."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.desk import Ticket
from tocsin.domain.notifications.judge import find_quiet, is_held
from tocsin.domain.notifications.rule import Rule
from tocsin.domain.notifications.sheet import Sheet

MOST_TICKETS = 4_000  # the board stays below 2 MB, which is what the database takes


def tell(sheet: Sheet) -> None:
    """Plan what is due for every rule and incident; stops where the sheet is full."""
    rules = {rule.rule_id: rule for rule in sheet.desk.rules if rule.on}
    for rule_id, incident_id in [*sheet.tickets]:
        if rule_id not in rules or incident_id not in sheet.incidents:
            del sheet.tickets[rule_id, incident_id]
    for rule in rules.values():
        for incident in sheet.incidents.values():
            if sheet.is_full:
                return
            key = rule.rule_id, incident.incident_id
            if incident.announced_at is None:
                continue
            if key not in sheet.tickets and len(sheet.tickets) >= MOST_TICKETS:
                sheet.overflow += 1
            else:
                _tell_incident(sheet, rule, incident)


def _tell_incident(sheet: Sheet, rule: Rule, incident: Incident) -> None:
    key = (rule.rule_id, incident.incident_id)
    ticket = sheet.tickets.get(key)
    if incident.handling.is_closed:
        if ticket is not None:
            _tell_end(sheet, rule, incident, ticket)
            del sheet.tickets[key]
        return
    ticket = ticket or Ticket(*key)
    why = find_quiet(incident, rule, sheet.desk.switch, sheet.now_ms)
    if why is not None:
        sheet.tickets[key] = _pause(sheet, ticket, incident, why)
    else:
        sheet.tickets[key] = _go_on(sheet, rule, _resume(ticket, sheet.now_ms), ticket.held)


def _pause(sheet: Sheet, ticket: Ticket, incident: Incident, why: str) -> Ticket:
    if ticket.step < 0 and ticket.skipped != why:
        sheet.skip(ticket.rule_id, ticket.incident_id, why)
    paused_at = sheet.now_ms if ticket.paused_at is None else ticket.paused_at
    held = is_held(incident, sheet.desk)
    return replace(ticket, held=held, paused_at=paused_at, skipped=why)


def _resume(ticket: Ticket, now_ms: int) -> Ticket:
    """Nobody is next in line because of time in which nobody was to be told."""
    paused_ms = 0 if ticket.paused_at is None else now_ms - ticket.paused_at
    return replace(
        ticket,
        opened_at=ticket.opened_at + paused_ms,
        held=False,
        paused_at=None,
        skipped=None,
    )


def _go_on(sheet: Sheet, rule: Rule, ticket: Ticket, was_held: bool) -> Ticket:
    now_ms, following = sheet.now_ms, ticket.step + 1
    if ticket.step < 0:
        missed = _plan_step(sheet, rule, 0, ticket.incident_id)
        return replace(ticket, step=0, opened_at=now_ms, told_at=now_ms, missed=missed)
    ticket = _catch_up(sheet, rule, ticket)
    if following < len(rule.steps) and (
        now_ms - ticket.opened_at >= rule.steps[following].after_ms
    ):
        missed = _plan_step(sheet, rule, following, ticket.incident_id)
        return replace(ticket, step=following, told_at=now_ms, missed=ticket.missed | missed)
    # What comes back from a shelf is said once, although it was told before.
    is_due = rule.repeat_ms is not None and now_ms - ticket.told_at >= rule.repeat_ms
    if not (is_due or was_held):
        return ticket
    for target in rule.list_targets(ticket.step + 1):
        sheet.plan("reminder", rule, 0, target, ticket.incident_id)
    return replace(ticket, told_at=now_ms)


def _catch_up(sheet: Sheet, rule: Rule, ticket: Ticket) -> Ticket:
    """Those whose message was taken back, or whose channel was off, hear of it after all."""
    still_missed: set[str] = set()
    for target in rule.list_targets(ticket.step + 1):
        if target.key not in ticket.missed:
            continue
        if sheet.desk.switch.silences(target):
            still_missed.add(target.key)
        else:
            sheet.plan("opened", rule, 0, target, ticket.incident_id)
    return replace(ticket, missed=frozenset(still_missed))


def _plan_step(sheet: Sheet, rule: Rule, step: int, incident_id: str) -> frozenset[str]:
    """The keys of those who are not told, as their channel is off."""
    targets = rule.steps[step].targets
    for target in targets:
        sheet.plan("opened" if step == 0 else "escalated", rule, step, target, incident_id)
    return frozenset(each.key for each in targets if sheet.desk.switch.silences(each))


def _tell_end(sheet: Sheet, rule: Rule, incident: Incident, ticket: Ticket) -> None:
    """Only to whom it was told; what ended inside a suppression, or by force, ends in silence."""
    if not rule.tells_end or ticket.held or incident.handling.forced or not sheet.desk.switch.on:
        return
    for target in rule.list_targets(len(rule.steps)):
        if target.key in ticket.told:
            sheet.plan("ended", rule, 0, target, incident.incident_id)
