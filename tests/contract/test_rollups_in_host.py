"""The function roll_up as a functions host runs it, on the containers of a deployment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import CosmosClient, DatabaseProxy

from local import prepare, services
from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS
from tests.fakes.records import decided_message
from tests.paths import ROOT
from tests.waiting import wait_until
from tocsin.domain.charts.rollup import HOUR_MS, MINUTE_MS


@pytest.fixture
def database(
    endpoints: Endpoints, state: Path, cosmos: Child, azurite: Child
) -> Iterator[DatabaseProxy]:
    prepare.create_cosmos_containers(endpoints)
    child = services.make_functions_host(
        endpoints,
        state / "host",
        app=APPS / "rollups",
        env={
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
            "AzureWebJobsStorage": endpoints.storage_connection,
            "CosmosDB": endpoints.cosmos_connection,
            "COSMOS_DATABASE": prepare.DATABASE,
        },
    )
    child.start()
    with CosmosClient.from_connection_string(endpoints.cosmos_connection) as client:
        yield client.get_database_client(prepare.DATABASE)
    child.stop()


def test_stored_messages_are_rolled_up_and_late_ones_too(database: DatabaseProxy) -> None:
    readings = database.get_container_client("readings")
    rollups = database.get_container_client("rollups")

    def count_readings() -> dict[str, int]:
        found: list[Any] = list(rollups.read_all_items())
        return {one["id"]: sum(one["readings"]) for one in found}

    for minute in range(0, 80, 5):
        readings.upsert_item(decided_message([minute * MINUTE_MS]).to_document())
    rolled_up = {f"minute-{start * MINUTE_MS}": 2 for start in range(0, 70, 10)} | {"hour-0": 12}
    wait_until(lambda: rolled_up.items() <= count_readings().items(), within_s=60)
    late = decided_message([7, HOUR_MS - 7], seq=1)
    readings.upsert_item(late.to_document())
    expected = {"minute-0": 3, f"minute-{50 * MINUTE_MS}": 3, "hour-0": 14}
    wait_until(lambda: expected.items() <= count_readings().items(), within_s=60)
