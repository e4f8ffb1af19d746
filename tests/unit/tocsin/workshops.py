"""A small site for the tests of planning: three devices, six tasks, everything in memory."""

from __future__ import annotations

from typing import Any

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.fakes.sites import FakeClock, Workshop
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.plans.requests import Kind, Request
from tocsin.domain.plans.site_standing import Outcome
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.settings.site_settings import Entry, revise
from tocsin.domain.settings.site_settings import Kind as SettingKind
from tocsin.usecases.planning.rebalance_fleet import rebalance_fleet
from tocsin.usecases.planning.rebalance_site import preview_plan

SITE = "north"
PLACES = {"a1": "cell-1", "a2": "cell-1", "b1": "cell-2", "b2": "cell-2", "c1": "cell-3",
          "c2": "cell-3"}  # fmt: skip
DEVICES = ("cell-1", "cell-2", "cell-3")
ALERT = {"alert": {"t": 1}}  # of a device's document


async def workshop() -> Workshop:
    """All devices sound and heard of, two tasks of 20 % on each, as the fleet file put them."""
    shop = Workshop(FakeClock(NOW))
    for device_id in DEVICES:
        running = tuple(task for task, place in PLACES.items() if place == device_id)
        shop.twins.add(device_id, SITE, running=running)
    await heard(shop, *DEVICES)
    await set_content(shop, "tasks", {"tasks": {name: {"loadPct": 20} for name in PLACES}})
    return shop


async def told_workshop() -> Workshop:
    """The same a minute later: its devices have been told once what they run already."""
    made = await workshop()
    assert await run(made) == "planned"
    made.twins.orders.clear()
    made.requests.queue.clear()
    made.live.sent.clear()
    made.clock.pass_s(60)
    await heard(made, *DEVICES)
    assert await run(made) == "unchanged"
    return made


async def heard(shop: Workshop, *device_ids: str, **changes: object) -> None:
    """The devices have just sent a reading; *changes* to their documents."""
    shop.twins.now_ms = shop.clock.now_ms
    for device_id in device_ids:
        await shop.store.save_devices([state(device_id, shop.clock.now_ms, **changes)])


def state(device_id: str, now_ms: int, **changes: object) -> DeviceRecord:
    heard_of: dict[str, object] = {
        "siteId": SITE,
        "lastT": now_ms - 500,
        "enqueuedAt": now_ms - 300,
        "latest": {"cpu_pct": 40.0},
    }
    return device_record(device_id, **{**heard_of, **changes})


async def set_content(shop: Workshop, kind: SettingKind, content: dict[str, Any]) -> None:
    found = await shop.sites.find_setting(kind, SITE)
    await shop.sites.replace_setting(revise(found, kind, SITE, Entry(content, "ada", NOW)))


async def run(shop: Workshop, kind: Kind = "timer", **parts: Any) -> Outcome:  # noqa: ANN401 (any part)
    return await shop.rebalance(Request(SITE, kind, shop.clock.now_ms, **parts))


async def carry_out(shop: Workshop, version: int) -> None:
    """Follow a plan up until all who give tasks up were told, too, and have confirmed."""
    for _ in range(2):
        await run(shop, "follow-up", version=version)


async def run_all(shop: Workshop) -> dict[str, Outcome | None]:
    """As the timer does."""
    return await rebalance_fleet(settings=shop.sites, rebalance=shop.rebalance, now_ms=shop.clock)


async def preview(shop: Workshop) -> StoredPlan:
    return await preview_plan(SITE, sources=shop.sources, planner=shop.planner, now_ms=shop.clock)


def latest(shop: Workshop) -> dict[str, Any]:
    return shop.sites.all_plans(SITE)[0]
