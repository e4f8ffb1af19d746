"""Operators stop the optimiser, or decide for themselves."""

from __future__ import annotations

import pytest

from tests.fakes.sites import Workshop
from tests.unit.tocsin.workshops import (
    ALERT,
    DEVICES,
    SITE,
    carry_out,
    heard,
    latest,
    run,
    set_content,
    told_workshop,
)


@pytest.fixture
async def shop() -> Workshop:
    return await told_workshop()


async def test_while_paused_nothing_changes_and_the_next_run_starts_from_what_is(
    shop: Workshop,
) -> None:
    await set_content(shop, "optimiser", {"paused": True})
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop) == "paused"
    assert shop.twins.orders == []
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert standing.outcome == "paused"
    shop.twins.report("cell-1", version=1, tasks=["a1"], at=0)
    shop.twins.report("cell-3", version=1, tasks=["a2", "c1", "c2"], at=0)
    await set_content(shop, "optimiser", {"paused": False})
    await run(shop)
    moves = {(move["taskId"], move["from"]) for move in latest(shop)["migrations"]}
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
    for device_id in ("cell-2", "cell-3"):
        shop.twins.obey(device_id)
    await run(shop, "follow-up", version=2)
    states = {name: one["state"] for name, one in latest(shop)["deliveries"].items()}
    assert states == {"cell-1": "pending", "cell-2": "confirmed", "cell-3": "confirmed"}
    assert len(shop.twins.orders) == sent, "cell-1 keeps its tasks"


async def test_a_pinned_task_and_a_drained_device_are_heeded(shop: Workshop) -> None:
    await set_content(shop, "overrides", {"pins": {"a1": "cell-3"}, "drained": {"cell-2": True}})
    assert await run(shop) == "planned"
    await carry_out(shop, 2)
    assert "a1" in shop.twins.running("cell-3")
    assert shop.twins.running("cell-2") == set()
    reasons = {move["taskId"]: move["reason"] for move in latest(shop)["migrations"]}
    assert reasons["a1"] == "an operator pinned it there"
    assert "drained" in reasons["b1"]


async def test_a_stale_override_is_passed_over_and_named(shop: Workshop) -> None:
    await set_content(shop, "overrides", {"pins": {"gone": "cell-1"}, "drained": {"cell-9": True}})
    assert await run(shop) == "unchanged"
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert standing.notes == (
        "an override is passed over: there is no task 'gone'",
        "an override is passed over: there is no device 'cell-9' that runs tasks",
    )
