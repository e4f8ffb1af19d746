"""Operators say who is told of what, try it, and switch all of it on and off."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.errors import (
    InvalidRequestError,
    NotFoundError,
    OutdatedError,
)
from tocsin.domain.notifications.check_rule import MOST_RULES, check_rule
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.rule import Rule, Switch
from tocsin.domain.notifications.rule_documents import write_rule, write_switch
from tocsin.domain.notifications.sheet import Sheet
from tocsin.domain.notifications.turn import CLAIM_MS, say_full
from tocsin.usecases.notifications.change_desk import change_desk
from tocsin.usecases.notifications.send_deliveries import NotifyRoom, send_deliveries
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.notifications import Desks


async def set_rule(rule: Rule, room: NotifyRoom, *, revision: int | None = None) -> Rule:
    """Keep *rule* in place of the one with its name; returns it with its revision.

    revision: of the rule that it is meant to replace; None for whatever is there. Who did it is in
    the rule itself, so that no end of the process loses it before the audit has it.

    Raises InvalidRequestError for what cannot be, or a target that no channel reaches;
    OutdatedError, ChangedMeanwhileError, DeliveryError.
    """
    check_rule(rule)
    for target in rule.list_targets(len(rule.steps)):
        room.senders[target.channel].check(target)

    async def save(desk: Desk) -> tuple[Rule | None, Rule]:
        before = desk.find_rule(rule.rule_id)
        _check_revision(revision, 0 if before is None else before.revision)
        if before is None and len(desk.rules) >= MOST_RULES:
            raise InvalidRequestError(f"the site has {MOST_RULES} rules; remove one first")
        after = replace(rule, revision=1 if before is None else before.revision + 1)
        await room.desks.save_rule(desk, after)
        return before, after

    before, after = await change_desk(rule.site_id, room.desks, save)
    await room.desks.record([_write_audit(before, after, rule.by, rule.at)])
    return after


async def remove_rule(
    site_id: str, rule_id: str, *, operator: str, room: NotifyRoom, revision: int | None = None
) -> None:
    """Take a rule away; what waits under it is not sent.

    It is recorded first: nothing that is left would tell of it.
    revision: of the rule that is meant; None for whatever is there.
    Raises NotFoundError, and OutdatedError where somebody changed it meanwhile.
    """

    async def delete(desk: Desk) -> None:
        before = _find_rule(desk, rule_id)
        _check_revision(revision, before.revision)
        await room.desks.record([_write_audit(before, None, operator, room.now_ms())])
        await room.desks.delete_rule(desk, rule_id)

    await change_desk(site_id, room.desks, delete)


async def turn_switch(
    site_id: str, switch: Switch, desks: Desks, *, revision: int | None = None
) -> Switch:
    """Set whether the site notifies, and how often at most. Raises as ``set_rule``."""

    async def save(desk: Desk) -> tuple[Switch, Switch]:
        _check_revision(revision, desk.switch.revision)
        after = replace(switch, revision=desk.switch.revision + 1)
        await desks.save_switch(desk, after)
        return desk.switch, after

    before, after = await change_desk(site_id, desks, save)
    await desks.record([_write_switch_audit(site_id, before, after)])
    return after


async def try_rule(
    site_id: str, rule_id: str, *, operator: str, room: NotifyRoom
) -> list[Delivery]:
    """Write to every target of a rule at once, whatever its hours; returns what became of it.

    Raises NotFoundError, ChangedMeanwhileError, DeliveryError.
    """

    async def save(desk: Desk) -> tuple[list[Delivery], list[Delivery]]:
        rule = _find_rule(desk, rule_id)
        sheet = Sheet(desk, {}, room.now_ms())
        subject = f"[{site_id}] A test of the rule {rule_id}"
        text = f"{operator} tries the rule {rule_id} of site {site_id}. There is nothing to do."
        claimed, full = [], []
        for target in rule.list_targets(len(rule.steps)):
            said = sheet.say("test", rule, target, subject, text)
            if len(sheet.list_recent(target)) >= desk.switch.per_hour:
                why = say_full(target, desk.switch.per_hour)
                full.append(said.skip(why, room.now_ms()))
            else:
                sheet.note_sent(target)
                until = room.now_ms() + CLAIM_MS
                claimed.append(replace(said, attempts=1, claimed_until=until))
        await room.desks.save_turn(sheet.close(), [*claimed, *full])
        return claimed, full

    claimed, full = await change_desk(site_id, room.desks, save)
    return [*await send_deliveries(claimed, {}, room), *full]


def _find_rule(desk: Desk, rule_id: str) -> Rule:
    found = desk.find_rule(rule_id)
    if found is None:
        raise NotFoundError(f"site {desk.site_id!r:.80} has no rule {rule_id!r:.80}")
    return found


def _check_revision(wanted: int | None, there: int) -> None:
    if wanted is not None and wanted != there:
        raise OutdatedError(f"it is at revision {there} and not at {wanted}; read it again")


def _write_audit(before: Rule | None, after: Rule | None, by: str, at: int) -> Document:
    rule = after or before
    assert rule is not None, "nothing was changed"
    return {
        "id": f"{at}-rule:{rule.rule_id}-{rule.revision}-{'set' if after else 'removed'}",
        "type": "rule",
        "siteId": rule.site_id,
        "by": by,
        "at": at,
        "before": None if before is None else write_rule(before),
        "after": None if after is None else write_rule(after),
    }


def _write_switch_audit(site_id: str, before: Switch, after: Switch) -> Document:
    return {
        "id": f"{after.at}-notifications-{after.revision}",
        "type": "notifications",
        "siteId": site_id,
        "by": after.by,
        "at": after.at,
        "before": write_switch(site_id, before),
        "after": write_switch(site_id, after),
    }
