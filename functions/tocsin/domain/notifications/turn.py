"""One turn: what is taken back, what has to be told, and what somebody sends now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.delivery import MOST_ATTEMPTS, Delivery
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.rule import Target
from tocsin.domain.notifications.sheet import HOUR_MS, Sheet, name_line
from tocsin.domain.notifications.tell import tell
from tocsin.domain.notifications.withdraw import withdraw

CLAIM_MS = 60_000  # longer than sending ever takes
MOST_CLAIMED = 20
MOST_SAVED = 99  # beside the board: the database takes 100 documents in one write


@dataclass(frozen=True, slots=True)
class Turn:
    """desk: after it. changed: deliveries to save. claimed: those among them to send now.

    more: the rest has to wait for another turn. overflow: incidents of which nobody is told until
        others are closed, so many are open.
    """

    desk: Desk
    changed: tuple[Delivery, ...]
    claimed: tuple[Delivery, ...]
    more: bool
    overflow: int = 0


def take_turn(
    desk: Desk,
    incidents: Mapping[str, Incident],
    now_ms: int,
    *,
    unready: frozenset[str] = frozenset(),
) -> Turn:
    """What is due at *now_ms*; to take the turn again changes nothing.

    incidents: by id, those that are live and those that the desk says something of.
    unready: lanes that are not to be used now.
    """
    sheet = Sheet(desk, incidents, now_ms)
    # What was not looked through may be suppressed by now, and must not be sent.
    is_looked_through = withdraw(sheet)
    tell(sheet)
    claimed = _hand_out(sheet, unready) if is_looked_through else []
    more = sheet.is_full or len(claimed) == MOST_CLAIMED
    return Turn(sheet.close(), tuple(sheet.changed.values()), tuple(claimed), more, sheet.overflow)


def _hand_out(sheet: Sheet, unready: frozenset[str]) -> list[Delivery]:
    claimed: list[Delivery] = []
    for delivery in sheet.list_free():
        target, due_at = delivery.target, delivery.next_at
        if target is None or due_at is None or due_at > sheet.now_ms or target.lane in unready:
            continue
        if len(claimed) == MOST_CLAIMED or len(sheet.changed) >= MOST_SAVED:
            break
        if delivery.attempts >= MOST_ATTEMPTS:
            sheet.put(delivery.fail("it was never known how its last attempt went", sheet.now_ms))
        elif delivery.attempts > 0 or _has_room(sheet, delivery, target):
            claimed.append(_claim(sheet, delivery, target))
    return claimed


def _has_room(sheet: Sheet, delivery: Delivery, target: Target) -> bool:
    """Whether the target takes another message within the hour; else it waits, and grows."""
    most = sheet.desk.switch.per_hour
    recent = sheet.list_recent(target)
    if len(recent) < most:
        return True
    reason = f"{say_full(target, most)}; it waits for its turn"
    next_at = recent[-most] + HOUR_MS
    if (delivery.next_at, delivery.reason) != (next_at, reason):
        sheet.put(replace(delivery, next_at=next_at, reason=reason))
    return False


def say_full(target: Target, most: int) -> str:
    return f"{target.key} had {most} messages in the last hour"


def _claim(sheet: Sheet, delivery: Delivery, target: Target) -> Delivery:
    now_ms = sheet.now_ms
    if delivery.attempts == 0:
        sheet.note_sent(target)
    sheet.last[name_line(delivery.rule_id, target)] = now_ms
    for name in delivery.incident_ids:
        ticket = sheet.tickets.get((delivery.rule_id, name))
        if ticket is not None:
            told = replace(ticket, told=ticket.told | {target.key})
            sheet.tickets[delivery.rule_id, name] = told
    claimed = replace(
        delivery,
        attempts=delivery.attempts + 1,
        claimed_until=now_ms + CLAIM_MS,
        reason=None,
    )
    sheet.put(claimed)
    return claimed
