"""One suite for every implementation of the ports that planning a site works with."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from local.processes import Child
from tests.contract import site_ports as opened
from tests.contract.implementations import each
from tests.contract.site_ports import Registry, Sites, Waiting
from tests.fakes.messages import NOW
from tocsin.domain.errors import BusyError, ChangedMeanwhileError, DeliveryError
from tocsin.domain.requests import Request
from tocsin.domain.site_settings import setting_document
from tocsin.usecases.ports.planning import Leases, Twins

CAPACITY = {"cpuPct": 100.0, "energyWPerPct": 12.0, "responseMs": 22.0}


sites = each(fake=(opened.fake_sites, None), cosmos=(opened.cosmos_sites, "cosmos"))
leases = each(fake=(opened.fake_leases, None), blob=(opened.blob_leases, "azurite"))
waiting = each(fake=(opened.fake_waiting, None), queue=(opened.storage_waiting, "azurite"))
registry = each(fake=(opened.fake_registry, None), hub=(opened.hub_registry, "trusted_hub"))
away = each(fake=(opened.fake_away_twins, None), hub=(opened.away_twins, None))


@pytest.fixture
def trusted_hub(iothub: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK reads whom to trust from the environment."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(iothub.ready["ca"]))


def plan(version: int, site_id: str = "north", **changes: object) -> dict[str, Any]:
    return {
        "id": f"{version:010d}",
        "type": "plan",
        "siteId": site_id,
        "version": version,
        "createdAt": NOW + version,
        "open": False,
        "deliveries": {},
        **changes,
    }


async def test_plans_are_one_sites_newest_first(sites: Sites) -> None:
    for version in (2, 10, 1, 9):
        await sites.save_plan(plan(version))
    await sites.save_plan(plan(5, "south"))
    await sites.save_standing({"id": "standing", "type": "standing", "siteId": "north"})

    async def versions(before_version: int, most: int) -> list[int]:
        found = await sites.plans("north", before_version=before_version, most=most)
        return [int(one["version"]) for one in found]

    assert await versions(99, 9) == [10, 9, 2, 1]
    assert await versions(10, 2) == [9, 2]
    assert await versions(1, 9) == []
    assert await sites.plan("north", 10) == plan(10)
    assert await sites.plan("north", 5) is None


async def test_a_plan_saved_again_is_as_saved_last(sites: Sites) -> None:
    await sites.save_plan(plan(1, open=True))
    await sites.save_plan(plan(1, open=False))
    assert await sites.plan("north", 1) == plan(1, open=False)


async def test_recent_plans_are_new_or_still_open(sites: Sites) -> None:
    await sites.save_plan(plan(1, open=True))
    for version in (2, 3, 4):
        await sites.save_plan(plan(version))
    found = await sites.recent_plans("north", since_ms=NOW + 4)
    assert [one["version"] for one in found] == [4, 1]
    assert await sites.recent_plans("south", since_ms=0) == []


async def test_how_a_site_stands_is_kept_once(sites: Sites) -> None:
    assert await sites.standing("north") is None
    for outcome in ("planned", "unchanged"):
        document = {"id": "standing", "type": "standing", "siteId": "north", "outcome": outcome}
        await sites.save_standing(document)
    assert await sites.standing("north") == document
    assert await sites.standing("south") is None


def setting(kind: Any, site_id: str, **content: object) -> dict[str, Any]:  # noqa: ANN401
    return setting_document(kind, site_id, content, operator="ada", now_ms=NOW)


async def test_a_setting_is_replaced_only_as_it_was_read(sites: Sites) -> None:
    assert await sites.setting("optimiser", "north") is None
    await sites.replace_setting(setting("optimiser", "north", paused=True), None)
    with pytest.raises(ChangedMeanwhileError):
        await sites.replace_setting(setting("optimiser", "north"), None)
    found = await sites.setting("optimiser", "north")
    assert found is not None
    document, etag = found
    assert document == setting("optimiser", "north", paused=True)
    await sites.replace_setting(setting("optimiser", "north", paused=False), etag)
    with pytest.raises(ChangedMeanwhileError):
        await sites.replace_setting(setting("optimiser", "north"), etag)
    found = await sites.setting("optimiser", "north")
    assert found is not None
    assert found[0]["content"] == {"paused": False}


async def test_planned_sites_are_those_with_tasks(sites: Sites) -> None:
    assert await sites.planned_sites() == []
    for site_id in ("south", "north"):
        await sites.replace_setting(setting("tasks", site_id, tasks={}), None)
    await sites.replace_setting(setting("optimiser", "west"), None)
    assert await sites.planned_sites() == ["north", "south"]


async def test_a_lease_is_held_by_one_at_a_time(leases: Leases) -> None:
    async with leases.held("rebalance/north") as lease:
        await lease.renew()
        with pytest.raises(BusyError):
            async with leases.held("rebalance/north"):
                raise AssertionError("held twice")
        async with leases.held("rebalance/south"):
            pass
    async with leases.held("rebalance/north"):
        pass


async def test_a_lease_is_given_back_whatever_happens(leases: Leases) -> None:
    with pytest.raises(RuntimeError):
        async with leases.held("rebalance/north"):
            raise RuntimeError("the run failed")
    async with leases.held("rebalance/north"):
        pass


async def test_of_many_who_want_a_lease_at_once_one_gets_it(leases: Leases) -> None:
    inside, most = 0, 0

    async def want() -> bool:
        nonlocal inside, most
        try:
            async with leases.held("rebalance/east"):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
        except BusyError:
            return False
        return True

    got = await asyncio.gather(*(want() for _ in range(8)))
    assert most == 1
    assert any(got)


async def test_requests_come_out_as_they_went_in_and_the_delayed_later(waiting: Waiting) -> None:
    request = Request("north", "alert", NOW, "ü", {"rig-1": NOW})
    await waiting.requests.put(request.document())
    await waiting.requests.put(request.document(), delay_s=60)
    assert await waiting.take() == [request.document()]
    assert await waiting.take() == []


def fresh(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


async def test_the_twins_of_a_site_are_found_by_its_tag(registry: Registry) -> None:
    site, other = fresh("north"), fresh("it's south")
    cells = [fresh("cell") for _ in range(3)]
    for device_id, site_id in zip(cells, (site, site, other), strict=True):
        registry.add(device_id, site_id, CAPACITY)
    found = await registry.twins.of_site(site)
    assert sorted(one["deviceId"] for one in found) == sorted(cells[:2])
    assert found[0]["tags"] == {"siteId": site, "capacity": CAPACITY}
    assert found[0]["status"] == "enabled"
    assert [one["deviceId"] for one in await registry.twins.of_site(other)] == cells[2:]
    assert await registry.twins.of_site(fresh("nobody's")) == []


async def test_a_site_of_many_devices_is_found_whole(registry: Registry) -> None:
    site = fresh("north")
    cells = {fresh("cell") for _ in range(120)}

    def register() -> None:
        for device_id in cells:
            registry.add(device_id, site, CAPACITY)

    await asyncio.to_thread(register)
    assert {one["deviceId"] for one in await registry.twins.of_site(site)} == cells


async def test_an_order_is_in_the_twin_and_replaces_the_one_before(registry: Registry) -> None:
    device_id = fresh("cell")
    registry.add(device_id, "north", CAPACITY)
    tasks = [{"id": "a", "loadPct": 5.0}, {"id": "b", "loadPct": 7.5}]
    await registry.twins.order(device_id, {"version": 1, "tasks": tasks})
    await registry.twins.order(device_id, {"version": 2, "tasks": tasks[:1]})
    found = await registry.twins.of_device(device_id)
    assert found is not None
    assert found["properties"]["desired"]["allocation"] == {"version": 2, "tasks": tasks[:1]}
    assert "allocation" not in found["properties"]["reported"]


async def test_a_device_that_is_not_registered_has_no_twin_and_takes_no_order(
    registry: Registry,
) -> None:
    assert await registry.twins.of_device(fresh("cell")) is None
    with pytest.raises(DeliveryError):
        await registry.twins.order(fresh("cell"), {"version": 1, "tasks": []})


async def test_a_hub_that_does_not_answer_is_a_failed_delivery(away: Twins) -> None:
    with pytest.raises(DeliveryError, match="cannot be reached"):
        await away.of_site("north")
    with pytest.raises(DeliveryError, match="cannot be reached"):
        await away.order("cell-1", {"version": 1, "tasks": []})
