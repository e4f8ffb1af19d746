"""What several files of tests ask for: a database in each form, and the registry of devices."""

from __future__ import annotations

import pytest
from azure.iot.hub import IoTHubRegistryManager

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract import ports
from tests.contract.implementations import each
from tests.contract.iothub_clients import registry

store = each(
    fake=(ports.fake_store, None),
    cosmos=(ports.cosmos_store, "cosmos"),
    packed=(ports.packed_store, "cosmos"),
)


@pytest.fixture(scope="module")
def manager(endpoints: Endpoints, iothub: Child) -> IoTHubRegistryManager:
    return registry(endpoints, iothub)
