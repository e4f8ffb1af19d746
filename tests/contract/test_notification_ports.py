"""One suite for every implementation of the ports of notifications."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.contract import notification_ports as opened
from tests.contract.implementations import each
from tests.contract.notification_ports import Office, Tower
from tests.contract.ports import ODD_SITES, connection
from tests.fakes.messages import NOW
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA, CHAT, make_rule
from tocsin.adapters.storage.notify_queue import PoisonQueues, QueueBell
from tocsin.adapters.storage.requests_queue import queue_client
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError
from tocsin.domain.notifications.delivery import Delivery, DeliveryQuery
from tocsin.domain.notifications.desk import Board, Ticket
from tocsin.domain.notifications.hours import Hours, Span
from tocsin.domain.notifications.rule import Step, Switch
from tocsin.usecases.ports.notifications import Desks, PoisonWatch

office = each(fake=(opened.fake_office, None), cosmos=(opened.cosmos_office, "cosmos"))
away = each(fake=(opened.fake_away, None), cosmos=(opened.cosmos_away, None))
tower = each(fake=(opened.fake_tower, None), queue=(opened.queue_tower, "azurite"))
watch = each(fake=(opened.fake_poison, None), queue=(opened.queue_poison, "azurite"))
HOURS = Hours(
    "Europe/Berlin",
    (Span(frozenset({"mo", "holiday"}), 360, 1440),),
    "BEGIN:VEVENT\nDTSTART:20261225\nEND:VEVENT\n",
)
RULE = make_rule(ADA, CHAT, hours=HOURS, repeat_ms=60_000, group_wait_ms=5, revision=3)
TICKET = Ticket(
    "shift",
    "i-1",
    1,
    NOW,
    NOW + 1,
    frozenset({ADA.key}),
    frozenset({CHAT.key}),
    True,
    NOW + 2,
    "held",
)
BOARD = Board(7, (TICKET,), {ADA.key: (NOW, NOW + 1)}, {f"shift {ADA.key}": NOW})


def make_delivery(number: int = 0, **changes: Any) -> Delivery:  # noqa: ANN401 (any field)
    made = Delivery(
        f"{NOW + number:013d}-a", "north", "shift", "opened", ADA, ("i-1", "i-2"), NOW, NOW + 5
    )
    return replace(made, **changes)


WAITING_ID = make_delivery(1).delivery_id


async def test_a_site_begins_with_nothing(office: Office) -> None:
    desk = await office.desks.load_desk("north")
    assert (desk.board, desk.rules, desk.pending, desk.mark) == (Board(), (), (), None)
    assert desk.switch == Switch()
    assert await office.desks.list_notifying_sites() == []


async def test_a_desk_is_read_as_it_was_saved(office: Office) -> None:
    desks = office.desks
    await desks.save_rule(await desks.load_desk("north"), RULE)
    step = Step(0, (CHAT,))
    other = replace(RULE, rule_id="board", steps=(step,), hours=None, repeat_ms=None)
    await desks.save_rule(await desks.load_desk("north"), other)
    switch = Switch(False, 5, 2, "ada", NOW, frozenset({"slack"}))
    await desks.save_switch(await desks.load_desk("north"), switch)
    waiting = make_delivery(1, claimed_until=NOW + 9, attempts=2, reason="away", step=1)
    desk = replace(await desks.load_desk("north"), board=BOARD)
    after = await desks.save_turn(desk, [waiting])
    found = await desks.load_desk("north")
    assert (found.rules, found.switch, found.board) == ((other, RULE), switch, BOARD)
    assert found.pending == (waiting,)
    assert found.mark == after.mark
    assert await desks.list_notifying_sites() == ["north"]


async def test_of_two_who_decided_from_the_same_state_one_succeeds(office: Office) -> None:
    desks = office.desks
    first = await desks.load_desk("north")
    after = await desks.save_turn(first, [make_delivery()])
    for late in (
        lambda: desks.save_turn(first, []),
        lambda: desks.save_rule(first, RULE),
        lambda: desks.save_switch(first, Switch(False)),
    ):
        with pytest.raises(ChangedMeanwhileError):
            await late()
    await desks.save_rule(after, RULE)
    with pytest.raises(ChangedMeanwhileError):
        await desks.save_turn(after, [])


@pytest.mark.parametrize(
    ("name", "field"),
    [("board", "tickets"), ("switch", "on"), ("rule:shift", "steps"), (WAITING_ID, "attempts")],
)
async def test_a_damaged_document_is_left_out_and_no_other(
    office: Office, name: str, field: str
) -> None:
    """And what is decided then is saved in its place."""
    desks = office.desks
    for rule in (RULE, replace(RULE, rule_id="night")):
        await desks.save_rule(await desks.load_desk("north"), rule)
    switch = Switch(False, 5, 2, "ada", NOW)
    await desks.save_switch(await desks.load_desk("north"), switch)
    desk = replace(await desks.load_desk("north"), board=BOARD)
    await desks.save_turn(desk, [make_delivery(1), make_delivery(2)])
    await office.damage(name, **{field: "odd"})
    found = await desks.load_desk("north")
    assert found.board == (Board() if name == "board" else BOARD)
    assert found.switch == (Switch() if name == "switch" else switch)
    assert len(found.rules) == (1 if name == "rule:shift" else 2)
    assert len(found.pending) == (1 if name == WAITING_ID else 2)
    await desks.save_turn(replace(found, board=BOARD), [])
    assert (await desks.load_desk("north")).board == BOARD


async def test_an_outcome_needs_no_mark_and_moves_none(office: Office) -> None:
    desks = office.desks
    desk = await desks.save_turn(await desks.load_desk("north"), [make_delivery()])
    await desks.save_outcome(make_delivery().mark_sent(NOW + 3))
    assert (await desks.load_desk("north")).pending == ()
    await desks.save_turn(desk, [])
    (done,) = (await desks.list_deliveries(DeliveryQuery("north"))).deliveries
    assert (done.status, done.ended_at) == ("sent", NOW + 3)


async def test_a_rule_that_is_gone_is_gone(office: Office) -> None:
    desks = office.desks
    await desks.save_rule(await desks.load_desk("north"), RULE)
    await desks.delete_rule(await desks.load_desk("north"), "other")
    await desks.delete_rule(await desks.load_desk("north"), RULE.rule_id)
    assert (await desks.load_desk("north")).rules == ()
    assert await desks.list_notifying_sites() == []


async def test_deliveries_are_listed_newest_first_a_page_at_a_time(office: Office) -> None:
    desks = office.desks
    made = [make_delivery(n) for n in range(5)]
    made[1] = replace(made[1], target=CHAT)
    made[2] = made[2].fail("refused", NOW)
    made[3] = replace(made[3], rule_id="night", incident_ids=("i-9",))
    made[4] = replace(made[4], target=None).skip("outside the hours", NOW)
    await desks.save_turn(await desks.load_desk("north"), made)
    await desks.save_rule(await desks.load_desk("north"), RULE)

    async def find(**wanted: Any) -> list[int]:  # noqa: ANN401 (any field)
        page = await desks.list_deliveries(DeliveryQuery("north", **wanted))
        return [made.index(delivery) for delivery in page.deliveries]

    assert await find() == [4, 3, 2, 1, 0]
    assert await find(status="failed") == [2]
    assert await find(status="pending") == [3, 1, 0]
    assert await find(channel="slack") == [1]
    assert await find(rule_id="night") == [3]
    assert await find(incident_id="i-9") == [3]
    first = await desks.list_deliveries(DeliveryQuery("north", most=3))
    assert first.older == made[2].delivery_id
    assert await find(before=first.older) == [1, 0]
    assert (await desks.list_deliveries(DeliveryQuery("north", most=5))).older is None


async def test_sites_do_not_get_in_each_others_way(office: Office) -> None:
    desks = office.desks
    for site_id in ODD_SITES:
        await desks.save_rule(await desks.load_desk(site_id), replace(RULE, site_id=site_id))
    assert set(await desks.list_notifying_sites()) == set(ODD_SITES)
    for site_id in ODD_SITES:
        assert len((await desks.load_desk(site_id)).rules) == 1


async def test_recording_again_changes_nothing(office: Office) -> None:
    record = {"id": "1-rule:shift", "type": "rule", "siteId": "north", "by": "ada", "at": 1}
    await office.desks.record([record])
    await office.desks.record([record])
    assert [*await office.read_audit()] == ["1-rule:shift"]


async def test_a_database_that_is_away_is_said_by_every_call(away: Desks) -> None:
    for call in (
        lambda: away.load_desk("north"),
        lambda: away.save_outcome(make_delivery()),
        lambda: away.list_deliveries(DeliveryQuery("north")),
        away.list_notifying_sites,
        lambda: away.record([{"id": "1", "siteId": "north"}]),
    ):
        with pytest.raises(DeliveryError):
            await call()


async def test_a_ring_names_its_site(tower: Tower) -> None:
    for site_id in ODD_SITES:
        await tower.bell.ring(site_id)
    assert sorted(await tower.list_rung()) == sorted(ODD_SITES)


async def test_a_queue_that_is_away_is_said() -> None:
    nowhere = "QueueEndpoint=http://127.0.0.1:1/x;AccountName=x;AccountKey=dG9jc2lu;"
    async with queue_client(connection("AzureWebJobsStorage", nowhere), "notifications") as client:
        async with asyncio.timeout(20):
            with pytest.raises(DeliveryError):
                await QueueBell(client).ring("north")
            with pytest.raises(DeliveryError):
                await PoisonQueues([client]).count_poison()


async def test_what_failed_too_often_is_counted_by_queue(watch: PoisonWatch) -> None:
    assert await watch.count_poison() == {
        "rebalance-requests-poison": 0,
        "notifications-poison": 2,
    }
