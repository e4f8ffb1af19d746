"""Who is told of an incident, how often, and when not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS
from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    NotifyPlant,
    make_rule,
)
from tocsin.domain.incidents.windows import Scope, Window, WindowKind
from tocsin.domain.notifications.hours import Hours, Span
from tocsin.domain.notifications.rule import Step
from tocsin.usecases.maintenance.keep_windows import remove_window, set_window
from tocsin.usecases.notifications.keep_rules import remove_rule

LINE = (Step(0, (ADA,)), Step(10 * MINUTE_MS, (BOB,)))


@pytest.fixture
def site() -> NotifyPlant:
    return NotifyPlant()


async def test_it_is_said_once_in_words_when_it_is_announced(site: NotifyPlant) -> None:
    await site.set(make_rule(ADA, CHAT))
    await site.raise_on("rig-1")
    await site.serve()
    assert site.mails == []
    await site.serve_for(5)
    assert site.mails == [("ada", "opened")]
    assert site.plant.slack.list_kinds() == [("shift", "opened")]
    note = site.plant.mail.sent[0][1]
    assert note.subject.startswith("[north] low: rig-1: heat_c")
    assert "for 60 s" in note.text
    assert [each.status for each in site.deliveries] == ["sent", "sent"]


async def test_nobody_is_told_without_a_rule(site: NotifyPlant) -> None:
    await site.announce()
    assert site.deliveries == []
    assert site.plant.desks.writes == 0


async def test_serving_again_writes_nothing(site: NotifyPlant) -> None:
    await site.set(make_rule())
    await site.announce()
    before = site.plant.desks.writes
    await site.serve()
    assert site.plant.desks.writes == before


async def test_it_is_said_again_until_somebody_acknowledges(site: NotifyPlant) -> None:
    await site.set(make_rule(repeat_ms=10 * MINUTE_MS))
    await site.announce()
    await site.serve_for(25)
    assert site.mails == [("ada", "opened"), ("ada", "reminder"), ("ada", "reminder")]
    await site.act("acknowledge")
    await site.serve_for(25)
    assert len(site.mails) == 3


async def test_the_next_in_line_is_told_while_nobody_acknowledges(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE))
    await site.announce()
    await site.serve_for(9)
    assert site.mails == [("ada", "opened")]
    await site.serve_for(3)
    assert site.mails == [("ada", "opened"), ("bob", "escalated")]


async def test_who_acknowledges_spares_the_next_in_line(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE))
    await site.announce()
    await site.act("acknowledge")
    await site.serve_for(30)
    assert site.mails == [("ada", "opened")]


async def test_the_end_is_said_to_those_who_were_told(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE))
    await site.announce()
    await site.clear_on("rig-1")
    await site.serve_for(20)
    assert site.mails == [("ada", "opened"), ("ada", "ended")]
    assert site.plant.mail.sent[1][1].subject.startswith("[north] Ended: low: rig-1")
    assert site.plant.desks.all()[-1].incident_ids == (site.only().incident_id,)


async def test_the_end_is_not_said_where_nobody_wants_it(site: NotifyPlant) -> None:
    await site.set(make_rule(tells_end=False))
    await site.announce()
    await site.clear_on("rig-1")
    await site.serve_for(20)
    assert site.mails == [("ada", "opened")]


async def test_what_is_closed_by_force_is_never_mentioned_again(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE, repeat_ms=5 * MINUTE_MS))
    await site.announce()
    await site.act("close", force=True)
    await site.serve_for(20)
    await site.clear_on("rig-1")
    await site.raise_on("rig-1", t=NOW + 10)
    await site.serve_for(20)
    assert site.mails == [("ada", "opened")]


async def test_what_is_shelved_opens_once_when_the_shelf_ends(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE, repeat_ms=5 * MINUTE_MS))
    await site.raise_on("rig-1")
    await site.act("shelve", minutes=30)
    await site.serve_for(29)
    assert site.mails == []
    await site.serve_for(3)
    assert site.mails == [("ada", "opened")]


async def test_what_was_told_before_its_shelf_is_said_once_after_it(site: NotifyPlant) -> None:
    await site.set(make_rule())
    await site.announce()
    await site.act("shelve", minutes=30)
    await site.serve_for(40)
    assert site.mails == [("ada", "opened"), ("ada", "reminder")]


async def test_time_on_a_shelf_brings_nobody_in_line(site: NotifyPlant) -> None:
    await site.set(make_rule(steps=LINE))
    await site.announce()
    await site.act("shelve", minutes=30)
    await site.serve_for(38)
    assert site.mails == [("ada", "opened"), ("ada", "reminder")]
    await site.serve_for(4)
    assert site.mails[2:] == [("bob", "escalated")]


async def test_what_ends_inside_a_shelf_ends_in_silence(site: NotifyPlant) -> None:
    await site.set(make_rule())
    await site.announce()
    await site.act("shelve", minutes=60)
    await site.serve(minutes=1)
    await site.clear_on("rig-1")
    await site.serve_for(90)
    assert site.only().handling.is_closed
    assert site.mails == [("ada", "opened")]


@pytest.mark.parametrize("kind", ["maintenance", "out of service"])
async def test_what_a_window_holds_opens_once_when_it_ends(
    site: NotifyPlant, kind: WindowKind
) -> None:
    await site.set(make_rule())
    window = Window("window:a", "north", kind, Scope(), NOW, None, None, "", "ada", NOW)
    await set_window(window, site.room)
    await site.announce()
    await site.serve_for(10)
    assert site.mails == []
    await remove_window("north", "window:a", operator="ada", room=site.room, desks=site.plant.desks)
    await site.serve_for(3)
    assert site.mails == [("ada", "opened")]


async def test_flapping_is_not_told_and_what_stays_is_told_once(site: NotifyPlant) -> None:
    await site.set(make_rule())
    for n in range(4):
        await site.raise_on("rig-1", t=NOW + 20 * n)
        await site.clear_on("rig-1", raised_t=NOW + 20 * n, t=NOW + 20 * n + 10)
        await site.serve(minutes=0.2)
    await site.raise_on("rig-1", t=NOW + 100)
    await site.serve_for(5)
    assert site.mails == []
    await site.serve_for(11)
    assert site.mails == [("ada", "opened")]


async def test_switched_off_nobody_is_told_and_switched_on_once(site: NotifyPlant) -> None:
    await site.set(make_rule(repeat_ms=5 * MINUTE_MS))
    await site.switch(on=False)
    await site.announce()
    await site.serve_for(20)
    assert site.plant.mail.attempts == 0
    assert site.list_skipped() == ["notifications of the site are switched off"]
    await site.switch(on=True)
    await site.serve()
    assert site.mails == [("ada", "opened")]


async def test_outside_its_hours_a_rule_waits_and_says_so(site: NotifyPlant) -> None:
    at = site.now_ms
    hours = Hours("UTC", (Span(frozenset({"mo", "tu", "we", "th", "fr", "sa", "su"}), 0, 1440),))
    minute = at // MINUTE_MS % 1440
    later = replace(hours, spans=(replace(hours.spans[0], from_min=(minute + 30) % 1440),))
    await site.set(make_rule(hours=later))
    await site.announce()
    await site.serve_for(20)
    assert site.list_skipped() == ["it is outside the hours of the rule"]
    assert site.mails == []
    await site.serve_for(10)
    assert site.mails == [("ada", "opened")]


async def test_a_severity_that_the_rule_does_not_name_is_skipped_on_the_record(
    site: NotifyPlant,
) -> None:
    await site.set(make_rule(severities=frozenset({"high"})))
    await site.set(make_rule(CHAT, rule_id="chat"))
    await site.announce()
    await site.serve_for(5)
    assert site.mails == []
    (skipped,) = [each for each in site.deliveries if each.status == "skipped"]
    assert (skipped.rule_id, skipped.target) == ("shift", None)
    assert skipped.reason == "the severity low is not one of the rule's"
    assert skipped.incident_ids == (site.only().incident_id,)
    assert site.plant.slack.list_kinds() == [("shift", "opened")]


async def test_a_burst_goes_into_one_message(site: NotifyPlant) -> None:
    await site.set(make_rule(group_wait_ms=2 * MINUTE_MS))
    await site.announce(*(f"rig-{n}" for n in range(7)))
    assert site.mails == []
    await site.announce("rig-8", t=NOW + 1)
    await site.serve_for(2)
    ((_, note),) = site.plant.mail.sent
    assert len(note.incidents) == 8
    assert note.subject == "[north] 8 incidents (8 low)"


async def test_after_a_message_the_next_ones_wait_for_each_other(site: NotifyPlant) -> None:
    await site.set(make_rule(group_interval_ms=10 * MINUTE_MS))
    await site.announce("rig-1")
    await site.announce("rig-2", t=NOW + 1)
    await site.announce("rig-3", t=NOW + 2)
    assert len(site.plant.mail.sent) == 1
    await site.serve_for(9)
    assert [len(note.incidents) for _, note in site.plant.mail.sent] == [1, 2]


async def test_more_than_an_hour_takes_waits_and_goes_together(site: NotifyPlant) -> None:
    await site.set(make_rule())
    await site.switch(on=True, per_hour=2)
    for n in range(6):
        await site.announce(f"rig-{n}", t=NOW + n)
    assert [len(note.incidents) for _, note in site.plant.mail.sent] == [1, 1]
    (waiting,) = [each for each in site.deliveries if each.status == "pending"]
    assert len(waiting.incident_ids) == 4
    assert "2 messages in the last hour" in str(waiting.reason)
    await site.serve_for(60)
    assert [len(note.incidents) for _, note in site.plant.mail.sent] == [1, 1, 4]


async def test_hundreds_at_once_are_all_told(site: NotifyPlant) -> None:
    await site.set(make_rule(ADA, BOB, CHAT))
    await site.set(make_rule(rule_id="high", severities=frozenset({"high"})))
    await site.announce(*(f"rig-{n}" for n in range(230)))
    await site.serve()
    for sender in (site.plant.slack,):
        told = [each.incident_id for _, note in sender.sent for each in note.incidents]
        assert len(told) == len(set(told)) == 230
    skipped = [each for each in site.deliveries if each.status == "skipped"]
    assert sum(len(each.incident_ids) for each in skipped) == 230


async def test_what_waits_under_a_rule_that_goes_is_not_sent(site: NotifyPlant) -> None:
    await site.set(make_rule(group_wait_ms=5 * MINUTE_MS))
    await site.announce()
    await remove_rule("north", "shift", operator="ada", room=site.notify_room)
    await site.serve_for(10)
    assert site.mails == []
    assert site.list_skipped() == ["the rule was taken away or switched off"]
    assert await site.plant.desks.list_notifying_sites() == []


async def test_what_is_acknowledged_while_it_waits_is_not_sent(site: NotifyPlant) -> None:
    await site.set(make_rule(group_wait_ms=5 * MINUTE_MS))
    await site.announce("rig-1", "rig-2")
    await site.act("acknowledge")
    await site.serve_for(10)
    ((_, note),) = site.plant.mail.sent
    assert len(note.incidents) == 1
    assert site.list_skipped() == ["ada acknowledged it"]


async def test_a_new_rule_tells_what_is_open(site: NotifyPlant) -> None:
    await site.announce()
    await site.set(make_rule())
    await site.serve()
    assert site.mails == [("ada", "opened")]
