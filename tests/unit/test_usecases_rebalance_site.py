"""A run plans the site, tells the devices, sees to it that they obey, and can be stopped."""

from __future__ import annotations

import pytest

from tests.fakes.sites import Workshop
from tests.unit.workshops import DEVICES, PLACES, SITE, heard, latest, run, set_content, workshop
from tocsin.domain.deliveries import CONFIRM_WITHIN_MS, MOST_ATTEMPTS
from tocsin.domain.errors import BusyError, DeliveryError
from tocsin.domain.requests import Request
from tocsin.domain.site_settings import setting_document
from tocsin.usecases.rebalance_fleet import rebalance_fleet
from tocsin.usecases.rebalance_site import preview_plan, rebalance_site

ALERT = {"alert": {"t": 1}}


@pytest.fixture
async def shop() -> Workshop:
    """Its devices have been told once what they run already."""
    made = await workshop()
    assert await run(made) == "planned"
    made.twins.orders.clear()
    made.requests.queue.clear()
    made.live.sent.clear()
    made.clock.pass_s(60)
    await heard(made, *DEVICES)
    assert await run(made) == "unchanged"
    return made


async def test_the_first_plan_tells_each_device_what_it_runs_and_moves_nothing() -> None:
    shop = await workshop()
    assert await run(shop) == "planned"
    plan = latest(shop)
    assert plan["version"] == 1
    assert plan["migrations"] == []
    assert plan["allocation"] == PLACES
    assert [device for device, _ in shop.twins.orders] == [*DEVICES]
    assert shop.twins.orders[0][1] == {
        "version": 1,
        "tasks": [{"id": "a1", "loadPct": 20.0}, {"id": "a2", "loadPct": 20.0}],
    }


async def test_a_device_in_alert_is_relieved_and_the_plan_says_why(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop, "alert", text="alert of cell-1") == "planned"
    plan = latest(shop)
    assert {(one["taskId"], one["from"]) for one in plan["migrations"]} == {
        ("a1", "cell-1"),
        ("a2", "cell-1"),
    }
    assert all("in alert" in one["reason"] for one in plan["migrations"])
    assert plan["cause"]["text"] == "alert of cell-1"
    assert plan["devices"]["cell-1"]["health"] == 0.2
    assert plan["status"] == "optimal"
    assert shop.twins.running("cell-1") == set()
    assert shop.twins.running("cell-2") | shop.twins.running("cell-3") == {*PLACES}


async def test_devices_that_gain_a_task_are_told_before_those_that_lose_it(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    assert [device for device, _ in shop.twins.orders][-1] == "cell-1"


async def test_the_plan_is_shown_when_it_is_made_and_when_it_is_confirmed(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    await run(shop, "follow-up", version=2)
    states = [
        {one["state"] for one in message["plan"]["deliveries"].values()}
        for site, message in shop.live.sent
        if site == SITE and message["type"] == "plan" and message["plan"]["version"] == 2
    ]
    assert states == [{"pending"}, {"sent"}, {"confirmed"}]


async def test_a_live_service_that_is_away_does_not_keep_orders_back(shop: Workshop) -> None:
    shop.live.away = True
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop) == "planned"
    assert shop.twins.running("cell-1") == set()


async def test_confirmations_are_looked_for_until_all_are_there(shop: Workshop) -> None:
    shop.twins.obedient = False
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    ((first, delay_s),) = shop.requests.queue
    assert (first["kind"], first["version"], delay_s) == ("follow-up", 2, 1)
    assert await run(shop, "follow-up", version=2) == "followed-up"
    assert len(shop.requests.queue) == 2, "nobody has confirmed: another look"
    for device_id in DEVICES:
        shop.twins.obey(device_id)
    shop.clock.pass_s(3)
    await run(shop, "follow-up", version=2)
    assert len(shop.requests.queue) == 2
    assert latest(shop)["open"] is False
    assert {one["state"] for one in latest(shop)["deliveries"].values()} == {"confirmed"}


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
    assert (await preview_plan(SITE, shop.ports))["devices"]["cell-2"]["health"] == 1.0


async def test_a_refused_order_is_reported_at_once_and_the_next_has_a_higher_version(
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
    await run(shop, "follow-up", version=2)
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
    assert shop.twins.running("cell-1") == set()


async def test_two_runs_never_overlap_at_a_site(shop: Workshop) -> None:
    shop.leases.taken.add(f"rebalance/{SITE}")
    with pytest.raises(BusyError):
        await run(shop)
    assert await rebalance_fleet(shop.ports) == {SITE: None}


async def test_the_timer_gives_every_site_its_turn_then_raises_what_failed(shop: Workshop) -> None:
    assert await rebalance_fleet(shop.ports) == {SITE: "unchanged"}
    shop.twins.away = {"everyone"}
    south = setting_document("tasks", "south", {"tasks": {}}, operator="ada", now_ms=1)
    await shop.sites.replace_setting(south, None)
    with pytest.raises(ExceptionGroup) as met:
        await rebalance_fleet(shop.ports)
    assert [error.__notes__ for error in met.value.exceptions] == [["site north"], ["site south"]]
    assert all(isinstance(error, DeliveryError) for error in met.value.exceptions)


async def test_requests_of_one_moment_are_one_run(shop: Workshop) -> None:
    asked_at = shop.clock.now_ms
    shop.clock.pass_s(1)
    await heard(shop, "cell-1", **ALERT)
    request = Request(SITE, "alert", asked_at, alerted={"cell-1": asked_at - 400})
    outcomes = [await rebalance_site(request, shop.ports) for _ in range(3)]
    assert outcomes == ["planned", "covered", "covered"]
    assert len(shop.planner.problems) == 3, "two before this test"


async def test_an_alert_counts_though_its_device_document_does_not_show_it_yet(
    shop: Workshop,
) -> None:
    alert_t = shop.clock.now_ms - 100
    assert await run(shop, "alert", alerted={"cell-1": alert_t}) == "planned"
    assert shop.twins.running("cell-1") == set()


async def test_while_paused_nothing_changes_and_the_next_run_starts_from_what_is(
    shop: Workshop,
) -> None:
    await set_content(shop, "optimiser", {"paused": True})
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop) == "paused"
    assert shop.twins.orders == []
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert standing["outcome"] == "paused"
    shop.twins.report("cell-1", version=1, tasks=["a1"], at=0)
    shop.twins.report("cell-3", version=1, tasks=["a2", "c1", "c2"], at=0)
    await set_content(shop, "optimiser", {"paused": False})
    await run(shop)
    moves = {(one["taskId"], one["from"]) for one in latest(shop)["migrations"]}
    assert ("a1", "cell-1") in moves
    assert ("a2", "cell-1") not in moves, "somebody moved it by hand meanwhile"


async def test_a_pause_during_planning_stops_the_plan(shop: Workshop) -> None:
    async def paused() -> None:
        await set_content(shop, "optimiser", {"paused": True})

    await heard(shop, "cell-1", **ALERT)
    shop.planner.during.append(paused)
    assert await run(shop) == "paused"
    assert shop.twins.orders == []
    assert latest(shop)["version"] == 1


async def test_a_pause_stops_orders_from_being_sent_again_but_sees_confirmations(
    shop: Workshop,
) -> None:
    shop.twins.deaf = {*DEVICES}
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    sent = len(shop.twins.orders)
    await set_content(shop, "optimiser", {"paused": True})
    shop.clock.pass_s(15)
    await run(shop, "follow-up", version=2)
    assert len(shop.twins.orders) == sent
    for device_id in DEVICES:
        shop.twins.obey(device_id)
    await run(shop, "follow-up", version=2)
    assert latest(shop)["open"] is False


async def test_a_pinned_task_and_a_drained_device_are_heeded(shop: Workshop) -> None:
    await set_content(shop, "overrides", {"pins": {"a1": "cell-3"}, "drained": {"cell-2": True}})
    assert await run(shop) == "planned"
    assert "a1" in shop.twins.running("cell-3")
    assert shop.twins.running("cell-2") == set()
    reasons = {one["taskId"]: one["reason"] for one in latest(shop)["migrations"]}
    assert reasons["a1"] == "an operator pinned it there"
    assert "drained" in reasons["b1"]


async def test_a_stale_override_is_passed_over_and_named(shop: Workshop) -> None:
    await set_content(shop, "overrides", {"pins": {"gone": "cell-1"}, "drained": {"cell-9": True}})
    assert await run(shop) == "unchanged"
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert standing["notes"] == [
        "an override is passed over: there is no task 'gone'",
        "an override is passed over: there is no device 'cell-9' that runs tasks",
    ]


async def test_a_site_without_described_tasks_is_left_alone() -> None:
    shop = await workshop()
    shop.sites.set.clear()
    assert await run(shop) == "impossible"
    assert shop.twins.orders == []
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert "the tasks of site 'north' are not described" in standing["notes"][0]


async def test_a_malformed_setting_stops_the_site_and_says_so(shop: Workshop) -> None:
    await set_content(shop, "optimiser", {"limits": {"reserve": 7}})
    assert await run(shop) == "impossible"
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert standing["notes"] == [
        "optimiser.limits: reserve is 7, but must be at least 0 and at most 0.9"
    ]
    assert standing["version"] == 1


async def test_no_device_that_runs_tasks_is_an_answer_not_a_crash(shop: Workshop) -> None:
    shop.twins.twins.clear()
    assert await run(shop) == "impossible"
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert "no device of this site can run tasks" in standing["notes"][0]


async def test_all_devices_unhealthy_keep_their_work_and_it_is_reported(shop: Workshop) -> None:
    await heard(shop, *DEVICES, **ALERT)
    assert await run(shop) == "unchanged"
    standing = await shop.sites.standing(SITE)
    assert standing is not None
    assert {one["kind"] for one in standing["violations"]} >= {"overload"}


async def test_a_preview_changes_nothing(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    shown = await preview_plan(SITE, shop.ports)
    assert {one["taskId"] for one in shown["migrations"]} == {"a1", "a2"}
    assert latest(shop)["version"] == 1
    assert shop.twins.orders == []


async def test_a_changed_load_is_told_to_the_device_that_runs_the_task(shop: Workshop) -> None:
    loads = {name: {"loadPct": 20} for name in PLACES} | {"a1": {"loadPct": 22}}
    await set_content(shop, "tasks", {"tasks": loads})
    assert await run(shop) == "planned"
    ((device_id, order),) = shop.twins.orders
    assert device_id == "cell-1"
    assert {"id": "a1", "loadPct": 22.0} in order["tasks"]
