"""Operators try a rule on the past before they set it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.check_rule import check_rule
from tocsin.domain.notifications.past import count_steps
from tocsin.domain.notifications.rule import Rule
from tocsin.usecases.incidents.look_back import look_back
from tocsin.usecases.notifications.send_deliveries import NotifyRoom


@dataclass(frozen=True, slots=True)
class Preview:
    """``looked_at``: announced incidents of the time. ``told``: of which the rule tells people;
    ``escalated``: of how many of these the next in line hear, too. ``cut``: there were more."""

    looked_at: int
    told: tuple[Incident, ...]
    escalated: int
    cut: bool


async def preview_rule(rule: Rule, days: int, room: NotifyRoom) -> Preview:
    """What *rule* would have told of the incidents of the last *days*; nothing is kept or sent.

    Raises InvalidRequestError for what cannot be, DeliveryError.
    """
    check_rule(rule)
    for target in rule.list_targets(len(rule.steps)):
        room.senders[target.channel].check(target)
    now_ms = room.now_ms()
    past = await look_back(rule.site_id, days, room.incidents, now_ms)
    steps = [(incident, count_steps(rule, incident, now_ms)) for incident in past.incidents]
    return Preview(
        len(past.incidents),
        tuple(incident for incident, count in steps if count),
        sum(count > 1 for _, count in steps),
        past.cut,
    )
