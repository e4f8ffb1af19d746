"""One suite for every implementation of the twins of devices."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract import site_ports as opened
from tests.contract.cuttable_proxy import cuttable_proxy
from tests.contract.implementations import each
from tests.contract.ports import ODD_SITES, connection
from tests.contract.site_ports import Registry
from tocsin.adapters.iothub import IotHubTwins
from tocsin.domain.errors import DeliveryError
from tocsin.domain.plans.orders import Order, OrderedTask
from tocsin.usecases.ports.planning import Twins

CAPACITY = {"cpuPct": 100.0, "energyWPerPct": 12.0, "responseMs": 22.0}
registry = each(fake=(opened.fake_registry, None), hub=(opened.hub_registry, "trusted_hub"))
away = each(fake=(opened.fake_away_twins, None), hub=(opened.away_twins, None))


@pytest.fixture
def trusted_hub(iothub: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK reads whom to trust from the environment."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(iothub.ready["ca"]))


async def test_calls_to_the_hub_go_over_one_connection_and_over_a_new_one_where_it_is_cut(
    endpoints: Endpoints,
    trusted_hub: None,
) -> None:
    """Each new connection costs more than all that is said over it."""
    async with cuttable_proxy(endpoints.address, endpoints.iothub) as proxy:
        through = endpoints.iothub_connection.replace(f":{endpoints.iothub};", f":{proxy.port};")
        twins = IotHubTwins(connection("IotHub", through), calls_at_once=1)
        for _ in range(5):
            assert await twins.find_twin("nobody") is None
        assert proxy.connections == 1
        await proxy.cut()
        await proxy.open()
        assert await twins.find_twin("nobody") is None
        assert proxy.connections == 2


def fresh(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


async def test_the_twins_of_a_site_are_found_by_its_tag(registry: Registry) -> None:
    site, other = fresh("north"), fresh("it's south")
    cells = [fresh("cell") for _ in range(3)]
    for device_id, site_id in zip(cells, (site, site, other), strict=True):
        registry.add(device_id, site_id, CAPACITY)
    found = await registry.twins.list_twins(site)
    assert sorted(twin.device_id for twin in found) == sorted(cells[:2])
    assert found[0].tags == {"siteId": site, "capacity": CAPACITY}
    assert found[0].is_enabled
    assert [twin.device_id for twin in await registry.twins.list_twins(other)] == cells[2:]
    assert await registry.twins.list_twins(fresh("nobody's")) == []


async def test_a_site_of_many_devices_is_found_whole(registry: Registry) -> None:
    site = fresh("north")
    cells = {fresh("cell") for _ in range(120)}

    def register() -> None:
        for device_id in cells:
            registry.add(device_id, site, CAPACITY)

    await asyncio.to_thread(register)
    assert {twin.device_id for twin in await registry.twins.list_twins(site)} == cells


async def test_an_order_is_in_the_twin_and_replaces_the_one_before(registry: Registry) -> None:
    device_id = fresh("cell")
    registry.add(device_id, "north", CAPACITY)
    first, second = OrderedTask("a", 5.0), OrderedTask("b", 7.5)
    await registry.twins.send_order(device_id, Order(1, frozenset({first, second})))
    await registry.twins.send_order(device_id, Order(2, frozenset({first})))
    found = await registry.twins.find_twin(device_id)
    assert found is not None
    assert found.desired == {"version": 2, "tasks": [{"id": "a", "loadPct": 5.0}]}
    assert found.reported is None


async def test_a_device_that_is_not_registered_has_no_twin_and_takes_no_order(
    registry: Registry,
) -> None:
    assert await registry.twins.find_twin(fresh("cell")) is None
    with pytest.raises(DeliveryError):
        await registry.twins.send_order(fresh("cell"), Order(1, frozenset()))


async def test_a_hub_that_does_not_answer_is_a_failed_delivery(away: Twins) -> None:
    with pytest.raises(DeliveryError, match="cannot be reached"):
        await away.list_twins("north")
    with pytest.raises(DeliveryError, match="cannot be reached"):
        await away.send_order("cell-1", Order(1, frozenset()))


async def test_devices_of_sites_of_any_name_are_found_apart(registry: Registry) -> None:
    for number, site_id in enumerate(ODD_SITES):
        registry.add(f"odd-site-{number}", site_id, CAPACITY)
    for number, site_id in enumerate(ODD_SITES):
        found = await registry.twins.list_twins(site_id)
        assert [twin.device_id for twin in found] == [f"odd-site-{number}"]
