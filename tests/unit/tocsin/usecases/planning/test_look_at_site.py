"""What the hub's index shows late is read again, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.tocsin.workshops import SITE, told_workshop
from tocsin.usecases.planning.look_at_site import INDEX_LAG_MS, look_at_site


async def test_devices_that_show_their_newest_order_are_not_read_one_by_one() -> None:
    shop = await told_workshop()  # the orders of a plan a moment ago, all carried out
    shop.twins.asked.clear()
    view = await look_at_site(SITE, shop.sources, now_ms=shop.clock())
    assert shop.twins.asked == []
    assert len(view.devices) == len(shop.twins.twins)


async def test_a_device_that_is_listed_as_before_its_order_is_read_by_itself() -> None:
    shop = await told_workshop()
    (before,) = [twin for twin in await shop.twins.list_twins(SITE) if twin.device_id == "cell-2"]
    order: dict[str, Any] = {"version": 1, "tasks": []}
    for desired, reported in (({}, {}), (order, {}), ({}, order), ({"version": 2}, order)):
        shop.twins.listed["cell-2"] = type(before)(
            "cell-2", before.tags, desired=desired or None, reported=reported or None
        )
        shop.twins.asked.clear()
        view = await look_at_site(SITE, shop.sources, now_ms=shop.clock())
        assert shop.twins.asked == ["cell-2"]
        seen = next(device for device in view.devices if device.device_id == "cell-2")
        assert seen.running == shop.twins.running("cell-2")


async def test_a_plan_that_is_still_open_is_not_taken_for_the_newest() -> None:
    shop = await told_workshop()
    (first,) = await shop.sites.list_recent(SITE, since_ms=0)
    ago = shop.clock() - 2 * INDEX_LAG_MS
    failed = {"cell-1": replace(first.deliveries["cell-1"], state="failed")}
    still_open = replace(first, created_at=ago, deliveries=failed)
    last = replace(first, version=2, created_at=ago + 1)
    for plan in (still_open, last):
        await shop.sites.save_plan(plan)
    view = await look_at_site(SITE, shop.sources, now_ms=shop.clock())
    assert view.plans == [still_open]
    assert view.last == last
