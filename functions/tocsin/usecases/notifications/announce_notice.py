"""Tell those who asked for it of something that is no incident, such as maintenance that begins."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.judge import say_silenced
from tocsin.domain.notifications.sheet import Sheet
from tocsin.usecases.notifications.change_desk import change_desk
from tocsin.usecases.ports.notifications import Desks


@dataclass(frozen=True, slots=True)
class Notice:
    """One line as its subject, and a text."""

    subject: str
    text: str


async def announce_notice(site_id: str, notice: Notice, desks: Desks, *, now_ms: int) -> int:
    """Have the first in line of each rule that ``tells_windows`` told, within its hours; returns
    how many messages that makes. They are sent when the site is served next, within seconds.

    To call it again tells it again: whoever calls keeps what was announced. Nothing is told while
    the site's notifications are off. Raises ChangedMeanwhileError, DeliveryError.
    """

    async def save(desk: Desk) -> int:
        told = {
            target.key: (rule, target)
            for rule in desk.rules
            if rule.on and rule.tells_windows and (rule.hours is None or rule.hours.is_on(now_ms))
            for target in rule.steps[0].targets
        }
        if not told or not desk.switch.on:
            return 0
        sheet = Sheet(desk, {}, now_ms)
        for rule, target in told.values():
            said = sheet.say("notice", rule, target, f"[{site_id}] {notice.subject}", notice.text)
            if desk.switch.silences(target):
                sheet.put(said.skip(say_silenced(target), now_ms))
        await desks.save_turn(sheet.close(), [*sheet.changed.values()])
        return len(sheet.changed)

    return await change_desk(site_id, desks, save)
