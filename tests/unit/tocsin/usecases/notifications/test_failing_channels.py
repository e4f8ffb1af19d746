"""Channels that fail, hang or are full: nothing is lost, and no other channel waits."""

from __future__ import annotations

import re

import pytest

from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.paths import ROOT
from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    HOOK,
    NotifyPlant,
    make_rule,
)
from tocsin.domain.errors import AddresseeAwayError, DeliveryError, RefusedError, ThrottledError
from tocsin.domain.notifications.delivery import MOST_ATTEMPTS, Delivery
from tocsin.usecases.notifications.keep_rules import try_rule
from tocsin.usecases.notifications.serve_site import ring_sites


@pytest.fixture
async def site() -> NotifyPlant:
    site = NotifyPlant()
    await site.set(make_rule(ADA, CHAT, HOOK))
    return site


def find_mail(site: NotifyPlant) -> Delivery:
    (mail,) = [each for each in site.deliveries if each.target is not None and each.target == ADA]
    return mail


async def test_a_channel_that_fails_is_tried_again_and_delays_no_other(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    assert site.plant.slack.list_kinds() == [("shift", "opened")]
    assert site.plant.webhook.list_kinds() == [("tickets", "opened")]
    waiting = find_mail(site)
    assert (waiting.status, waiting.reason) == ("pending", "connection refused")
    assert waiting.next_at == site.now_ms + 30_000
    site.plant.mail.fails.clear()
    await site.serve_for(2)
    assert site.mails == [("ada", "opened")]
    assert find_mail(site).attempts == 2


async def test_a_channel_that_hangs_has_its_time_and_delays_no_other(site: NotifyPlant) -> None:
    site.plant.mail.hangs = True
    await site.announce()
    assert site.plant.slack.list_kinds() == [("shift", "opened")]
    assert find_mail(site).reason == "no answer within 0.05 s"
    site.plant.mail.hangs = False
    await site.serve_for(2)
    assert site.mails == [("ada", "opened")]


async def test_a_channel_that_fails_is_not_tried_for_each_of_many(site: NotifyPlant) -> None:
    for n in range(3):
        await site.set(make_rule(ADA, BOB, rule_id=f"rule-{n}"))
    site.plant.mail.hangs = True
    await site.announce()
    assert site.plant.mail.attempts == 1
    site.plant.mail.hangs = False
    await site.serve_for(3)
    assert len(site.mails) == 7


async def test_it_is_tried_less_and_less_often_and_given_up(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    await site.serve_for(4)
    assert site.plant.mail.attempts == 4
    await site.serve_for(120)
    assert site.plant.mail.attempts == MOST_ATTEMPTS
    mail = find_mail(site)
    assert (mail.status, mail.reason) == (
        "failed",
        f"given up after {MOST_ATTEMPTS} attempts: connection refused",
    )


async def test_what_is_refused_for_good_is_not_tried_again(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = RefusedError("no such mailbox")
    await site.announce()
    await site.serve_for(5)
    assert site.plant.mail.attempts == 1
    assert (find_mail(site).status, find_mail(site).reason) == ("failed", "no such mailbox")


async def test_a_service_says_when_it_takes_more(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = ThrottledError("429", 600)
    await site.announce()
    assert find_mail(site).next_at == site.now_ms + 600_000
    await site.serve_for(9)
    assert site.plant.mail.attempts == 1


async def test_a_mailbox_that_is_full_keeps_no_other_waiting() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, BOB))
    site.plant.mail.fails[ADA.name] = AddresseeAwayError("452 mailbox full")
    await site.announce()
    assert site.mails == [("bob", "opened")]


async def test_what_waits_for_its_channel_is_not_sent_once_it_is_shelved(
    site: NotifyPlant,
) -> None:
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    await site.act("shelve", minutes=30)
    site.plant.mail.fails.clear()
    await site.serve_for(20)
    assert site.mails == []
    assert find_mail(site).reason == "it is held: shelved"
    await site.serve_for(12)
    assert site.mails == [("ada", "opened")], "told once when the shelf ends"
    assert site.plant.slack.list_kinds() == [("shift", "opened"), ("shift", "reminder")]


async def test_an_end_is_not_said_to_whom_nothing_came(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    await site.clear_on("rig-1")
    await site.serve_for(3)
    site.plant.mail.fails.clear()
    await site.serve_for(20)
    assert site.mails == []
    assert site.plant.slack.list_kinds() == [("shift", "opened"), ("shift", "ended")]


async def test_reminders_do_not_pile_up_while_a_channel_is_away() -> None:
    site = NotifyPlant()
    await site.set(make_rule(repeat_ms=60_000))
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    await site.serve_for(30)
    assert sum(each.status == "pending" for each in site.deliveries) == 1
    site.plant.mail.fails.clear()
    await site.serve_for(15)
    assert site.mails[0] == ("ada", "opened")


@pytest.mark.parametrize("writes", range(6))
async def test_a_process_that_ends_at_any_write_loses_nothing(
    site: NotifyPlant, writes: int
) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    site.plant.desks.crash_after = writes
    try:
        await site.serve()
    except CrashError:
        site.plant.restart()
    site.plant.desks.crash_after = None
    await site.serve_for(3)
    for sender in (site.plant.mail, site.plant.slack, site.plant.webhook):
        ids = {note.delivery_id for _, note in sender.sent}
        assert len(ids) == 1, "sent again it has the same id"
        assert len(sender.sent) <= 2
    assert [each.status for each in site.deliveries] == ["sent"] * 3


async def test_two_who_serve_a_site_at_once_send_once(site: NotifyPlant) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    site.plant.desks.meanwhile.append(site.serve)
    await site.serve()
    assert site.mails == [("ada", "opened")]


async def test_without_the_queue_the_clock_serves_by_itself(site: NotifyPlant) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    assert await ring_sites(site.notify_room, site.plant.bell) == 1
    assert (site.plant.bell.rung, site.mails) == (["north"], [])
    site.plant.bell.away = True
    await ring_sites(site.notify_room, site.plant.bell)
    assert site.mails == [("ada", "opened")]


async def test_a_database_that_is_away_delays_and_loses_nothing(site: NotifyPlant) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    site.plant.desks.away = True
    with pytest.raises(DeliveryError):
        await site.serve()
    site.plant.desks.away = False
    await site.serve(minutes=1)
    assert site.mails == [("ada", "opened")]


async def test_who_missed_it_is_told_when_it_is_there_again(site: NotifyPlant) -> None:
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    await site.clear_on("rig-1")
    await site.serve_for(2)
    site.plant.mail.fails.clear()
    await site.raise_on("rig-1", t=NOW + 10)
    await site.serve_for(2)
    assert site.mails == [("ada", "opened")]
    assert site.plant.slack.list_kinds() == [("shift", "opened")]


async def test_a_damaged_board_stops_nobody_from_being_told(site: NotifyPlant) -> None:
    """What was said before is not known any more, so it is said again rather than never."""
    site.plant.mail.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    site.plant.desks.damage("north", "board", tickets="odd", sent=7)
    site.plant.mail.fails.clear()
    await site.serve_for(3)
    assert site.plant.slack.list_kinds() == [("shift", "opened")] * 2
    ((_, note),) = site.plant.mail.sent
    assert len(note.incidents) == 1, "what waited goes once"
    await site.serve_for(3)
    await site.clear_on("rig-1")
    await site.serve_for(20)
    assert site.mails == [("ada", "opened"), ("ada", "ended")]


async def test_what_never_arrives_is_one_line_that_an_alarm_looks_for(
    site: NotifyPlant, caplog: pytest.LogCaptureFixture
) -> None:
    query = (ROOT / "infra/dashboards/failed-deliveries.kql").read_text(encoding="utf-8")
    (wanted,) = re.findall(r'Message has "(.+)"', query)
    site.plant.mail.fails["*"] = RefusedError("no such mailbox")
    site.plant.slack.fails["*"] = DeliveryError("connection refused")
    await site.announce()
    lines = [record for record in caplog.records if wanted in record.getMessage()]
    assert [record.levelname for record in lines] == ["ERROR"], "what may still come is none"
    assert "no such mailbox" in lines[0].getMessage()
    assert ADA.name not in caplog.text, "whose address it is stays out of the log"
    await site.serve_for(120)
    lines = [record for record in caplog.records if wanted in record.getMessage()]
    assert len(lines) == 2


async def test_of_a_message_whose_end_is_never_known_that_line_tells_too(
    site: NotifyPlant, caplog: pytest.LogCaptureFixture
) -> None:
    await site.raise_on("rig-1")
    await site.tend(minutes=1)
    for _ in range(MOST_ATTEMPTS):
        site.plant.desks.crash_after = 1  # the turn is saved, and nothing after it
        with pytest.raises(CrashError):
            await site.serve(minutes=2)
        site.plant.restart()
        site.plant.desks.crash_after = None
    await site.serve_for(3)
    assert "it was never known how its last attempt went" in caplog.text


async def test_a_rule_that_is_tried_raises_no_alarm(
    site: NotifyPlant, caplog: pytest.LogCaptureFixture
) -> None:
    site.plant.mail.fails["*"] = RefusedError("no such mailbox")
    done = await try_rule("north", "shift", operator="ada", room=site.notify_room)
    assert [each.status for each in done if each.target == ADA] == ["failed"]
    assert "failed for good" not in caplog.text
