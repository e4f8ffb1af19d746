"""A channel that is switched off: nobody is written to by it, and nothing is forgotten."""

from __future__ import annotations

from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    NotifyPlant,
    make_rule,
)
from tocsin.domain.notifications.rule import Step
from tocsin.usecases.notifications.announce_notice import Notice, announce_notice
from tocsin.usecases.notifications.keep_rules import try_rule

OFF = "email is switched off at the site"


async def test_others_are_told_and_it_is_on_the_record_who_was_not() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, CHAT))
    await site.switch(True, off=["email"])
    await site.announce()
    await site.serve_for(5)
    assert site.mails == []
    assert [kind for _, kind in site.plant.slack.list_kinds()] == ["opened"]
    (skipped,) = [each for each in site.deliveries if each.status == "skipped"]
    assert (skipped.target, skipped.reason, skipped.kind) == (ADA, OFF, "opened")


async def test_what_is_open_is_said_once_when_it_is_on_again() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, CHAT))
    await site.switch(True, off=["email"])
    await site.announce()
    await site.serve_for(3)
    await site.switch(True)
    await site.serve_for(5)
    assert site.mails == [("ada", "opened")]
    assert len(site.plant.slack.list_kinds()) == 1


async def test_a_message_that_waits_is_taken_back_and_said_later() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, group_wait_ms=120_000))
    await site.announce()
    assert [each.status for each in site.deliveries] == ["pending"]
    await site.switch(True, off=["email"])
    await site.serve_for(4)
    assert (site.mails, set(site.list_skipped())) == ([], {OFF})
    assert len(site.list_skipped()) <= 2
    await site.switch(True)
    await site.serve_for(4)
    assert site.mails == [("ada", "opened")]


async def test_the_next_in_line_are_told_although_the_first_could_not_be() -> None:
    site = NotifyPlant()
    await site.set(make_rule(steps=(Step(0, (ADA,)), Step(120_000, (CHAT,)))))
    await site.switch(True, off=["email"])
    await site.announce()
    await site.serve_for(4)
    assert [kind for _, kind in site.plant.slack.list_kinds()] == ["escalated"]


async def test_an_end_is_not_told_by_it_and_says_so() -> None:
    site = NotifyPlant()
    await site.set(make_rule(BOB))
    await site.announce()
    assert site.mails == [("bob", "opened")]
    await site.switch(True, off=["email"])
    await site.clear_on("rig-1")
    await site.serve_for(20)
    assert site.mails == [("bob", "opened")]
    assert [(each.kind, each.reason) for each in site.deliveries if each.status == "skipped"] == [
        ("ended", OFF)
    ]


async def test_notices_are_skipped_and_tests_go_all_the_same() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, tells_windows=True))
    await site.switch(True, off=["email"])
    await announce_notice(
        "north", Notice("cleaning", "begins"), site.plant.desks, now_ms=site.now_ms
    )
    await site.serve()
    assert (site.mails, site.list_skipped()) == ([], [OFF])
    await try_rule("north", "shift", operator="ada", room=site.notify_room)
    assert site.mails == [("ada", "test")]
