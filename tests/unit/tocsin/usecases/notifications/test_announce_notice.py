"""What is no incident is told to those who asked for it."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    NotifyPlant,
    make_rule,
)
from tocsin.domain.notifications.hours import Hours, Span
from tocsin.domain.notifications.rule import Rule, Step
from tocsin.usecases.notifications.announce_notice import Notice, announce_notice

NOTICE = Notice("Maintenance begins: night", "Nobody is told of hall-a until 06:00.")
WANTS = make_rule(steps=(Step(0, (ADA, CHAT)), Step(60_000, (BOB,))), tells_windows=True)


async def announce(site: NotifyPlant, *rules: Rule) -> int:
    for rule in rules:
        await site.set(rule)
    told = await announce_notice("north", NOTICE, site.plant.desks, now_ms=site.now_ms)
    await site.serve()
    return told


async def test_the_first_in_line_of_rules_that_ask_for_it_are_told_once() -> None:
    site = NotifyPlant()
    others = make_rule(BOB, rule_id="others")
    assert await announce(site, WANTS, replace(WANTS, rule_id="again"), others) == 2
    assert site.mails == [("ada", "notice")]
    assert site.plant.slack.list_kinds() == [("shift", "notice")]
    ((_, note),) = site.plant.mail.sent
    assert note.subject == "[north] Maintenance begins: night"
    assert note.text == NOTICE.text


async def test_outside_their_hours_or_switched_off_nobody_is_told() -> None:
    site = NotifyPlant()
    minute = site.now_ms // 60_000 % 1_440
    days = frozenset({"mo", "tu", "we", "th", "fr", "sa", "su"})
    begins = (minute + 600) % 1_440
    hours = Hours("UTC", (Span(days, begins, (begins + 1) % 1_440),))  # type: ignore[arg-type]  # days of the week
    assert (
        await announce(site, replace(WANTS, hours=hours), replace(WANTS, rule_id="b", on=False))
        == 0
    )
    await site.switch(on=False)
    assert await announce(site, WANTS) == 0
    assert site.plant.mail.attempts == 0
