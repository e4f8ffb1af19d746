"""What waits to be sent and has nothing to say any more is taken back."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.desk import Ticket
from tocsin.domain.notifications.judge import OFF, find_quiet, say_silenced
from tocsin.domain.notifications.rule import Rule
from tocsin.domain.notifications.sheet import Sheet

NO_RULE = "the rule was taken away or switched off"
_OF_INCIDENTS = frozenset({"opened", "reminder", "escalated"})


def withdraw(sheet: Sheet) -> bool:
    """Between planning and sending, minutes may pass: an incident is acknowledged, shelved, over.

    Returns whether all was looked through before the sheet was full.
    """
    for delivery in sheet.list_free():
        if sheet.is_full:
            return False
        rule = sheet.desk.find_rule(delivery.rule_id)
        # Whoever tries a rule wants to see it at work before it is on.
        if rule is None or not (rule.on or delivery.kind == "test"):
            sheet.put(delivery.skip(NO_RULE, sheet.now_ms))
        elif _is_silenced(sheet, delivery):
            _withdraw_silenced(sheet, delivery)
        elif delivery.kind in _OF_INCIDENTS:
            _withdraw_quiet(sheet, delivery, rule)
        elif not sheet.desk.switch.on and delivery.kind != "test":
            sheet.put(delivery.skip(OFF, sheet.now_ms))
    return True


def _is_silenced(sheet: Sheet, delivery: Delivery) -> bool:
    target = delivery.target
    return delivery.kind != "test" and target is not None and sheet.desk.switch.silences(target)


def _withdraw_silenced(sheet: Sheet, delivery: Delivery) -> None:
    """Its channel was switched off: what is open is said when that ends."""
    assert delivery.target is not None, "nobody is silenced"
    why = say_silenced(delivery.target)
    sheet.put(delivery.skip(why, sheet.now_ms))
    if delivery.kind in _OF_INCIDENTS:
        for name in delivery.incident_ids:
            ticket = sheet.tickets.get((delivery.rule_id, name))
            if ticket is not None:
                sheet.tickets[delivery.rule_id, name] = _take_back(ticket, delivery, why)


def _withdraw_quiet(sheet: Sheet, delivery: Delivery, rule: Rule) -> None:
    quiet = {
        name: why
        for name in delivery.incident_ids
        if (why := find_quiet(sheet.incidents.get(name), rule, sheet.desk.switch, sheet.now_ms))
    }
    if not quiet:
        return
    kept = tuple(name for name in delivery.incident_ids if name not in quiet)
    if kept:
        sheet.put(replace(delivery, incident_ids=kept))
        for name, why in quiet.items():
            sheet.skip(rule.rule_id, name, why, delivery.kind)
    else:
        sheet.put(delivery.skip("; ".join(dict.fromkeys(quiet.values())), sheet.now_ms))
    for name, why in quiet.items():
        ticket = sheet.tickets.get((rule.rule_id, name))
        if ticket is not None:
            sheet.tickets[rule.rule_id, name] = _take_back(ticket, delivery, why)


def _take_back(ticket: Ticket, delivery: Delivery, why: str) -> Ticket:
    """The ticket as if this message had never been planned, where nobody got it."""
    if delivery.kind == "reminder" or delivery.target is None:
        return ticket
    key = delivery.target.key
    # A reason is known: it did not arrive. Without one it may have.
    told = ticket.told - {key} if delivery.reason else ticket.told
    if key in told:
        return ticket
    if not told and ticket.step == 0:
        return replace(ticket, told=told, step=-1, missed=frozenset(), skipped=why)
    return replace(ticket, told=told, missed=ticket.missed | {key}, skipped=why)
