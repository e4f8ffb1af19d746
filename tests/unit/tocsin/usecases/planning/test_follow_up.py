"""What was ordered is seen to: confirmed, sent again, given up, never forgotten."""

from __future__ import annotations

import pytest

from tests.fakes.sites import Workshop
from tests.unit.tocsin.workshops import (
    ALERT,
    DEVICES,
    PLACES,
    SITE,
    carry_out,
    heard,
    latest,
    preview,
    run,
    set_content,
    told_workshop,
)
from tocsin.domain.errors import BusyError
from tocsin.domain.plans.deliveries import CONFIRM_WITHIN_MS, MOST_ATTEMPTS


@pytest.fixture
async def shop() -> Workshop:
    return await told_workshop()


async def test_the_plan_is_shown_when_it_is_made_and_when_it_is_confirmed(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    await carry_out(shop, 2)
    states = [
        {delivery["state"] for delivery in message["plan"]["deliveries"].values()}
        for site, message in shop.live.sent
        if site == SITE and message["type"] == "plan" and message["plan"]["version"] == 2
    ]
    # Who gives tasks up is told once whoever takes them has confirmed.
    assert states == [
        {"pending"},
        {"pending", "sent"},
        {"confirmed", "sent"},
        {"confirmed"},
    ]


async def test_a_live_service_that_is_away_does_not_keep_orders_back(shop: Workshop) -> None:
    shop.live.away = True
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop) == "planned"
    await carry_out(shop, 2)
    assert shop.twins.running("cell-1") == set()


async def test_confirmations_are_looked_for_until_all_are_there(shop: Workshop) -> None:
    shop.twins.obedient = False
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    ((first, delay_s),) = shop.requests.queue
    assert (first["kind"], first["version"], delay_s) == ("follow-up", 2, 1)
    assert await run(shop, "follow-up", version=2) == "followed-up"
    assert len(shop.requests.queue) == 2, "nobody has confirmed: another look"
    for device_id in ("cell-2", "cell-3"):
        shop.twins.obey(device_id)
    await run(shop, "follow-up", version=2)
    assert len(shop.requests.queue) == 3, "cell-1 is told now"
    shop.twins.obey("cell-1")
    shop.clock.pass_s(3)
    await run(shop, "follow-up", version=2)
    assert len(shop.requests.queue) == 3
    assert latest(shop)["open"] is False
    assert {delivery["state"] for delivery in latest(shop)["deliveries"].values()} == {"confirmed"}


async def test_a_device_that_does_not_confirm_is_marked_told_again_and_given_up(
    shop: Workshop,
) -> None:
    shop.twins.deaf = {"cell-2"}
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    assert "cell-2" in latest(shop)["deliveries"], "two tasks of 20 % go to one device each"
    seen = []
    for _ in range(MOST_ATTEMPTS):
        shop.clock.pass_s(CONFIRM_WITHIN_MS / 1_000)
        await heard(shop, *DEVICES[1:])
        await heard(shop, "cell-1", **ALERT)
        await run(shop, "follow-up", version=2)
        seen.append(latest(shop)["deliveries"]["cell-2"]["state"])
    assert seen == ["late", "late", "failed"]
    assert [device for device, _ in shop.twins.orders].count("cell-2") == MOST_ATTEMPTS
    assert shop.requests.kinds().count("unconfirmed") == 1
    assert "cell-2: not confirmed in time" in shop.requests.queue[-1][0]["text"]


async def test_what_a_disobedient_device_should_run_goes_elsewhere_and_stays_there(
    shop: Workshop,
) -> None:
    shop.twins.deaf = {"cell-2"}
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    for _ in range(MOST_ATTEMPTS):
        shop.clock.pass_s(CONFIRM_WITHIN_MS / 1_000)
        await run(shop, "follow-up", version=2)
    await heard(shop, "cell-1", "cell-2", "cell-3")
    assert await run(shop, "unconfirmed") == "planned"
    assert shop.twins.running("cell-3") | shop.twins.running("cell-1") == {*PLACES}
    assert "did not obey" in latest(shop)["devices"]["cell-2"]["why"]
    for _ in range(2):
        shop.clock.pass_s(5)
        await heard(shop, *DEVICES)
        assert await run(shop) == "unchanged", "it is not relied on again before it obeys"
    shop.twins.deaf.clear()
    shop.twins.obey("cell-2")
    await run(shop)
    assert (await preview(shop)).devices["cell-2"].health == 1.0


async def test_a_plan_is_numbered_above_what_any_device_has_seen(
    shop: Workshop,
) -> None:
    shop.twins.deaf = {"cell-2"}
    ahead = {"version": 40, "tasks": ["b1", "b2"], "at": 0}
    shop.twins.report("cell-2", **ahead)
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    plan = latest(shop)
    assert plan["version"] == 41
    assert "'cell-2' has seen version 40" in plan["notes"][0]


async def test_an_order_that_cannot_be_sent_is_marked_and_tried_again(shop: Workshop) -> None:
    shop.twins.away = {"cell-3"}
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop) == "planned"
    delivery = latest(shop)["deliveries"]["cell-3"]
    assert (delivery["state"], delivery["text"]) == ("late", "IoT Hub cannot be reached")
    shop.twins.away = set()
    shop.clock.pass_s(10)
    await run(shop, "follow-up", version=2)
    await carry_out(shop, 2)
    assert latest(shop)["open"] is False


async def test_a_run_that_ended_between_storing_and_sending_is_made_good(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    shop.leases.renewals = 2  # before planning and before storing
    with pytest.raises(BusyError):
        await run(shop)
    shop.leases.renewals = None
    assert latest(shop)["version"] == 2
    assert shop.twins.orders == []
    assert await run(shop) == "unchanged", "the stored plan's orders went out with this run"
    await carry_out(shop, 2)
    assert shop.twins.running("cell-1") == set()


async def test_a_refused_order_is_given_up_at_once_and_the_work_goes_elsewhere(
    shop: Workshop,
) -> None:
    shop.twins.deaf = {"cell-2"}
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    refusal = {"version": 2, "reason": "malformed"}
    shop.twins.report("cell-2", version=1, tasks=["b1", "b2"], at=0, refused=refusal)
    await run(shop, "follow-up", version=2)
    delivery = latest(shop)["deliveries"]["cell-2"]
    assert (delivery["state"], delivery["attempts"]) == ("failed", 1)
    assert delivery["text"] == "refused (malformed); it runs version 1"
    assert shop.requests.kinds()[-1] == "unconfirmed"
    await heard(shop, *DEVICES)
    assert await run(shop, "unconfirmed") == "planned"
    assert set(latest(shop)["allocation"].values()) == {"cell-1", "cell-3"}


async def exchange(shop: Workshop, *, deaf: str) -> None:
    """Plan that cell-1 gives two tasks to cell-2 for one of its own; *deaf* obeys no order."""
    pins = {"a1": "cell-2", "a2": "cell-2", "b1": "cell-1"}
    await set_content(shop, "overrides", {"pins": pins})
    shop.twins.deaf = {deaf}
    assert await run(shop) == "planned"


async def test_of_two_that_exchange_tasks_nothing_is_lost_to_the_one_that_obeys_no_order(
    shop: Workshop,
) -> None:
    await exchange(shop, deaf="cell-2")
    for _ in range(MOST_ATTEMPTS):
        shop.clock.pass_s(CONFIRM_WITHIN_MS / 1_000)
        await heard(shop, *DEVICES)
        await run(shop, "follow-up", version=2)
    assert [device for device, _ in shop.twins.orders] == ["cell-2"] * MOST_ATTEMPTS
    assert shop.twins.running("cell-1") == {"a1", "a2"}, "it was never told to give them up"


async def test_what_the_first_of_two_gave_up_is_placed_again_where_the_second_does_not_obey(
    shop: Workshop,
) -> None:
    await exchange(shop, deaf="cell-1")
    assert shop.twins.running("cell-2") == {"a1", "a2", "b2"}
    await set_content(shop, "overrides", {})
    for _ in range(MOST_ATTEMPTS + 1):
        shop.clock.pass_s(CONFIRM_WITHIN_MS / 1_000)
        await heard(shop, *DEVICES)
        await run(shop, "follow-up", version=2)
    await run(shop, "unconfirmed")
    await carry_out(shop, 3)
    assert "b1" in shop.twins.running("cell-2") | shop.twins.running("cell-3")
