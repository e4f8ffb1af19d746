"""One suite for every implementation of what is kept of a site: plans, settings, leases."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.contract import site_ports as opened
from tests.contract.implementations import each
from tests.contract.ports import ODD_SITES
from tests.contract.site_ports import Sites, Waiting
from tests.fakes.messages import NOW
from tests.fakes.plans import open_plan, spoilt_plan, stored_plan
from tocsin.domain.errors import BusyError, ChangedMeanwhileError, DamagedDocumentError
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import Memory, SiteStanding
from tocsin.domain.plans.watch import Watch
from tocsin.domain.settings.site_settings import NO_SITE, Entry, Kind, StoredSetting, revise
from tocsin.domain.sites import lease_of
from tocsin.usecases.ports.planning import Leases

sites = each(fake=(opened.fake_sites, None), cosmos=(opened.cosmos_sites, "cosmos"))
leases = each(fake=(opened.fake_leases, None), blob=(opened.blob_leases, "azurite"))
waiting = each(fake=(opened.fake_waiting, None), queue=(opened.storage_waiting, "azurite"))


async def test_plans_are_one_sites_newest_first(sites: Sites) -> None:
    for version in (2, 10, 1, 9):
        await sites.save_plan(stored_plan(version))
    await sites.save_plan(stored_plan(5, "south"))
    await sites.save_standing(SiteStanding("north", 10, NOW, "planned"))

    async def versions(before_version: int, most: int) -> list[int]:
        found = await sites.list_plans("north", before_version=before_version, most=most)
        return [plan.version for plan in found.plans]

    assert await versions(99, 9) == [10, 9, 2, 1]
    assert await versions(10, 2) == [9, 2]
    assert await versions(1, 9) == []
    assert await sites.find_plan("north", 10) == stored_plan(10)
    assert await sites.find_plan("north", 5) is None


async def test_a_plan_that_is_damaged_hides_no_other_and_is_named(sites: Sites) -> None:
    for version in (1, 2, 3):
        await sites.save_plan(stored_plan(version) if version != 2 else spoilt_plan(version))
    page = await sites.list_plans("north", before_version=99, most=9)
    assert [plan.version for plan in page.plans] == [3, 1]
    assert [*page.damaged] == ["0000000002"]
    with pytest.raises(DamagedDocumentError, match="the plan '0000000002' of site 'north'"):
        await sites.find_plan("north", 2)
    with pytest.raises(DamagedDocumentError):
        await sites.list_recent("north", since_ms=0)


async def test_a_plan_saved_again_is_as_saved_last(sites: Sites) -> None:
    await sites.save_plan(open_plan(1))
    await sites.save_plan(stored_plan(1))
    assert await sites.find_plan("north", 1) == stored_plan(1)


async def test_recent_plans_are_new_or_still_open(sites: Sites) -> None:
    await sites.save_plan(open_plan(1))
    for version in (2, 3, 4):
        await sites.save_plan(stored_plan(version))
    found = await sites.list_recent("north", since_ms=NOW + 4)
    assert [plan.version for plan in found] == [4, 1]
    assert await sites.list_recent("south", since_ms=0) == []


async def test_the_sequence_of_orders_outlives_the_database(sites: Sites) -> None:
    await sites.save_plan(stored_plan(1))
    found = await sites.find_plan("north", 1)
    assert found is not None
    assert [*found.orders] == ["cell-2", "cell-1"]


MEMORY = Memory(watches={"cell-1": Watch(speed=0.4, background_pct=9.1, basis="measured")})


async def test_how_a_site_stands_is_kept_once(sites: Sites) -> None:
    assert await sites.find_standing("north") is None
    await sites.save_standing(SiteStanding("north", 1, NOW, "planned"))
    standing = SiteStanding("north", 1, NOW + 1, "unchanged", MEMORY, ("no wind",))
    await sites.save_standing(standing)
    assert await sites.find_standing("north") == standing
    assert await sites.find_standing("south") is None


def setting(
    kind: Kind, site_id: str, before: StoredSetting | None = None, **content: object
) -> StoredSetting:
    return revise(before, kind, site_id, Entry(content, "ada", NOW))


async def test_what_concerns_no_site_is_kept_and_recorded_like_a_setting(sites: Sites) -> None:
    entry = Entry({"others": {"*": "see"}}, "ada", NOW)
    setting = revise(None, "access", NO_SITE, entry)
    await sites.replace_setting(setting)
    await sites.record_change(setting)
    assert await sites.find_setting("access", NO_SITE) == setting
    assert await sites.list_planned_sites() == []


async def test_a_setting_is_replaced_only_as_it_was_read(sites: Sites) -> None:
    assert await sites.find_setting("optimiser", "north") is None
    await sites.replace_setting(setting("optimiser", "north", paused=True))
    with pytest.raises(ChangedMeanwhileError):
        await sites.replace_setting(setting("optimiser", "north"))
    first = await sites.find_setting("optimiser", "north")
    assert first == setting("optimiser", "north", paused=True)
    await sites.replace_setting(setting("optimiser", "north", first, paused=False))
    with pytest.raises(ChangedMeanwhileError):
        await sites.replace_setting(setting("optimiser", "north", first))
    second = await sites.find_setting("optimiser", "north")
    assert second == setting("optimiser", "north", first, paused=False)
    assert second.before == first.entry


async def test_a_change_is_recorded_as_often_as_one_likes(sites: Sites) -> None:
    await sites.record_change(setting("optimiser", "north", paused=True))
    await sites.record_change(setting("optimiser", "north", paused=True))


async def test_planned_sites_are_those_with_tasks(sites: Sites) -> None:
    assert await sites.list_planned_sites() == []
    for site_id in ("south", "north"):
        await sites.replace_setting(setting("tasks", site_id, tasks={}))
    await sites.replace_setting(setting("optimiser", "west"))
    assert await sites.list_planned_sites() == ["north", "south"]


async def test_settings_of_a_kind_are_those_of_every_site(sites: Sites) -> None:
    assert await sites.list_settings("limits") == []
    for site_id in ("north", "Werk Süd/1"):
        content = {"devices": {"rig-1": {"heat_c": {"alarmHigh": 80}}}}
        await sites.replace_setting(revise(None, "limits", site_id, Entry(content, "ada", NOW)))
    await sites.replace_setting(revise(None, "tasks", "north", Entry({"tasks": {}}, "ada", NOW)))
    found = await sites.list_settings("limits")
    assert sorted(setting.site_id for setting in found) == ["Werk Süd/1", "north"]
    for setting in found:
        assert setting == await sites.find_setting("limits", setting.site_id)
        assert setting.etag is not None


async def test_a_lease_is_held_by_one_at_a_time(leases: Leases) -> None:
    async with leases.hold("rebalance/north") as lease:
        await lease.renew()
        with pytest.raises(BusyError):
            async with leases.hold("rebalance/north"):
                raise AssertionError("held twice")
        async with leases.hold("rebalance/south"):
            pass
    async with leases.hold("rebalance/north"):
        pass


async def test_a_lease_is_given_back_whatever_happens(leases: Leases) -> None:
    with pytest.raises(RuntimeError):
        async with leases.hold("rebalance/north"):
            raise RuntimeError("the run failed")
    async with leases.hold("rebalance/north"):
        pass


async def test_of_many_who_want_a_lease_at_once_one_gets_it(leases: Leases) -> None:
    inside, most = 0, 0

    async def want() -> bool:
        nonlocal inside, most
        try:
            async with leases.hold("rebalance/east"):
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
    await waiting.requests.put(request)
    await waiting.requests.put(request, delay_s=60)
    assert await waiting.take() == [request.to_document()]
    assert await waiting.take() == []


async def test_sites_of_any_name_have_plans_and_settings_apart(sites: Sites) -> None:
    for version, site_id in enumerate(ODD_SITES, start=1):
        await sites.save_plan(stored_plan(version, site_id))
        await sites.save_standing(SiteStanding(site_id, version, NOW, "planned"))
        setting = StoredSetting("tasks", site_id, Entry({"n": version}, "ada", NOW), revision=1)
        await sites.replace_setting(setting)
        await sites.record_change(setting)
    for version, site_id in enumerate(ODD_SITES, start=1):
        found = await sites.list_plans(site_id, before_version=99, most=9)
        assert [plan.version for plan in found.plans] == [version]
        standing = await sites.find_standing(site_id)
        setting_found = await sites.find_setting("tasks", site_id)
        assert standing is not None
        assert standing.version == version
        assert setting_found is not None
        assert setting_found.entry.content == {"n": version}
    assert await sites.list_planned_sites() == sorted(ODD_SITES)


async def test_sites_of_any_name_are_planned_side_by_side(leases: Leases) -> None:
    async with AsyncExitStack() as held:
        for site_id in ODD_SITES:
            await held.enter_async_context(leases.hold(lease_of(site_id)))
        for site_id in ODD_SITES:
            with pytest.raises(BusyError):
                async with leases.hold(lease_of(site_id)):
                    pass
