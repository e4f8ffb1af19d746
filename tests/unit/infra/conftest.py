"""The containers of the laptop, which those of Azure have to equal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.cosmos import CosmosClient

from local import services
from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.prepare import create_cosmos_containers
from tests.unit.infra.rules.containers import Container, read_container


@pytest.fixture(scope="session")
def local_containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[frozenset[Container]]:
    """What local/prepare.py creates, read back from the database."""
    endpoints = Endpoints.free(find_free_address())
    child = services.make_cosmos(endpoints, tmp_path_factory.mktemp("cosmos"))
    child.start()
    try:
        create_cosmos_containers(endpoints)
        with CosmosClient.from_connection_string(endpoints.cosmos_connection) as client:
            (database,) = client.list_databases()
            found = client.get_database_client(database["id"]).list_containers()
            yield frozenset(read_container(properties) for properties in found)
    finally:
        child.stop()
