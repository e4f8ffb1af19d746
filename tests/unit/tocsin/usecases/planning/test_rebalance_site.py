"""A run plans the site from what is there, and always ends with an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW
from tests.fakes.sites import FakeClock, Workshop
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
    run_all,
    set_content,
    told_workshop,
    workshop,
)
from tocsin.domain.errors import BusyError, DeliveryError
from tocsin.domain.plans.requests import Request
from tocsin.domain.settings.site_settings import Entry, revise
from tocsin.planning.inputs.judging import FIRST_MS


@pytest.fixture
async def shop() -> Workshop:
    return await told_workshop()


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
    await carry_out(shop, 2)
    assert {(move["taskId"], move["from"]) for move in plan["migrations"]} == {
        ("a1", "cell-1"),
        ("a2", "cell-1"),
    }
    assert all("in alert" in move["reason"] for move in plan["migrations"])
    assert plan["cause"]["text"] == "alert of cell-1"
    assert plan["devices"]["cell-1"]["health"] == 0.2
    assert plan["status"] == "optimal"
    assert shop.twins.running("cell-1") == set()
    assert shop.twins.running("cell-2") | shop.twins.running("cell-3") == {*PLACES}


async def test_devices_that_gain_a_task_are_told_before_those_that_lose_it(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    await run(shop)
    assert "cell-1" not in [device for device, _ in shop.twins.orders]
    await carry_out(shop, 2)
    assert [device for device, _ in shop.twins.orders][-1] == "cell-1"


async def test_two_runs_never_overlap_at_a_site(shop: Workshop) -> None:
    shop.leases.taken.add(f"rebalance/{SITE}")
    with pytest.raises(BusyError):
        await run(shop)
    assert await run_all(shop) == {SITE: None}


async def test_the_timer_gives_every_site_its_turn_then_raises_what_failed(shop: Workshop) -> None:
    assert await run_all(shop) == {SITE: "unchanged"}
    shop.twins.away = {"everyone"}
    await shop.sites.replace_setting(revise(None, "tasks", "south", Entry({"tasks": {}}, "ada", 1)))
    with pytest.raises(ExceptionGroup) as met:
        await run_all(shop)
    assert [error.__notes__ for error in met.value.exceptions] == [["site north"], ["site south"]]
    assert all(isinstance(error, DeliveryError) for error in met.value.exceptions)


async def test_requests_of_one_moment_are_one_run(shop: Workshop) -> None:
    asked_at = shop.clock.now_ms
    shop.clock.pass_s(1)
    await heard(shop, "cell-1", **ALERT)
    request = Request(SITE, "alert", asked_at, alerted={"cell-1": asked_at - 400})
    outcomes = [await shop.rebalance(request) for _ in range(3)]
    assert outcomes == ["planned", "covered", "covered"]
    assert len(shop.planner.problems) == 3, "two before this test"


async def test_an_alert_counts_though_its_device_document_does_not_show_it_yet(
    shop: Workshop,
) -> None:
    alert_t = shop.clock.now_ms - 100
    assert await run(shop, "alert", alerted={"cell-1": alert_t}) == "planned"
    await carry_out(shop, 2)
    assert shop.twins.running("cell-1") == set()


async def test_a_site_without_described_tasks_is_left_alone() -> None:
    shop = await workshop()
    shop.sites.set.clear()
    assert await run(shop) == "impossible"
    assert shop.twins.orders == []
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert "the tasks of site 'north' are not described" in standing.notes[0]


async def test_a_malformed_setting_stops_the_site_and_says_so(shop: Workshop) -> None:
    await set_content(shop, "optimiser", {"limits": {"reserve": 7}})
    assert await run(shop) == "impossible"
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert standing.notes == (
        "optimiser.limits: reserve is 7, but must be at least 0 and at most 0.9",
    )
    assert standing.version == 1


async def test_no_device_that_runs_tasks_is_an_answer_not_a_crash(shop: Workshop) -> None:
    shop.twins.twins.clear()
    assert await run(shop) == "impossible"
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert "no device of this site can run tasks" in standing.notes[0]


async def test_all_devices_unhealthy_keep_their_work_and_it_is_reported(shop: Workshop) -> None:
    await heard(shop, *DEVICES, **ALERT)
    assert await run(shop) == "unchanged"
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert standing.figures is not None
    assert "overload" in {violation.kind for violation in standing.figures.violations}


async def test_a_preview_changes_nothing(shop: Workshop) -> None:
    await heard(shop, "cell-1", **ALERT)
    shown = await preview(shop)
    assert {move.task_id for move in shown.migrations} == {"a1", "a2"}
    assert latest(shop)["version"] == 1
    assert shop.twins.orders == []


async def test_a_changed_load_is_told_to_the_device_that_runs_the_task(shop: Workshop) -> None:
    loads = {name: {"loadPct": 20} for name in PLACES} | {"a1": {"loadPct": 22}}
    await set_content(shop, "tasks", {"tasks": loads})
    assert await run(shop) == "planned"
    ((device_id, order),) = shop.twins.orders
    assert device_id == "cell-1"
    assert {"id": "a1", "loadPct": 22.0} in order["tasks"]


async def starting_workshop() -> tuple[Workshop, dict[str, Any]]:
    """One of its devices has not connected yet: what it will report."""
    shop = Workshop(FakeClock(NOW))
    for device_id in DEVICES:
        running = tuple(task for task, place in PLACES.items() if place == device_id)
        shop.twins.add(device_id, SITE, running=running)
    properties = shop.twins.twins["cell-3"]["properties"]
    reported, properties["reported"] = properties["reported"], {}
    await heard(shop, "cell-1", "cell-2")
    await set_content(shop, "tasks", {"tasks": {name: {"loadPct": 20} for name in PLACES}})
    await run(shop)
    return shop, reported


async def test_what_a_device_may_run_that_has_yet_to_say_so_is_given_to_nobody_else() -> None:
    shop, reported = await starting_workshop()
    assert shop.twins.running("cell-1") | shop.twins.running("cell-2") == {"a1", "a2", "b1", "b2"}
    note = "2 tasks that nobody says to run are not placed yet: cell-3 may run them"
    assert note in " ".join(latest(shop)["notes"])
    shop.twins.twins["cell-3"]["properties"]["reported"] = reported
    shop.clock.pass_s(15)
    await heard(shop, *DEVICES)
    await run(shop)
    assert shop.twins.running("cell-3") == {"c1", "c2"}
    assert latest(shop)["migrations"] == []


async def test_what_nobody_says_to_run_is_placed_once_every_device_had_its_time() -> None:
    shop, _ = await starting_workshop()
    shop.clock.pass_s(FIRST_MS / 1_000)
    await heard(shop, "cell-1", "cell-2")
    await run(shop)
    assert shop.twins.running("cell-1") | shop.twins.running("cell-2") == {*PLACES}
