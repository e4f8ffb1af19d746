"""Those who look at a site or device learn that it is not there, without the hub being asked."""

from __future__ import annotations

import pytest

from tests.fakes.records import device_record
from tests.fakes.sites import FakeSites
from tests.fakes.store import FakeStore
from tests.unit.tocsin import workshops
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.usecases.showing.find_named import check_shown_site, find_device


async def test_a_site_is_there_by_its_devices_or_by_what_was_set_for_it() -> None:
    shop = await workshops.workshop()
    await shop.store.save_devices([device_record("rig-1", siteId="south")])
    for site_id in ("north", "south", "unassigned"):
        await check_shown_site(site_id, fleet=shop.store, settings=shop.sites)
    with pytest.raises(
        InvalidRequestError, match="there is no site 'west'; there are north, south"
    ):
        await check_shown_site("west", fleet=shop.store, settings=shop.sites)


async def test_before_the_first_message_there_is_no_site() -> None:
    with pytest.raises(InvalidRequestError, match="no site 'north'; no device has reported yet"):
        await check_shown_site("north", fleet=FakeStore(), settings=FakeSites())


async def test_a_device_is_there_once_it_has_reported() -> None:
    store = FakeStore()
    await store.save_devices([device_record("rig-1")])
    assert (await find_device("rig-1", store)).device_id == "rig-1"
    with pytest.raises(NotFoundError, match="no device 'rig-2' has reported yet"):
        await find_device("rig-2", store)
