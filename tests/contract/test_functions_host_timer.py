"""The timer trigger of the Functions host, its status kept in Azurite."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from azure.storage.blob import ContainerClient

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS, RecordingHost
from tests.waiting import wait_until

HOST_ID = "timer-test"
STATUS = f"timers/{HOST_ID}/Host.Functions.yearly/status"


@pytest.fixture
def host(endpoints: Endpoints, tmp_path: Path, azurite: Child) -> Iterator[RecordingHost]:
    host = RecordingHost(
        endpoints,
        tmp_path / "host",
        app=APPS / "timer",
        env={
            "AzureWebJobsStorage": endpoints.storage_connection,
            "AzureFunctionsWebHost__hostid": HOST_ID,
            "OFTEN": "* * * * * *",
        },
    )
    yield host
    host.child.stop()


@pytest.fixture
def statuses(endpoints: Endpoints, azurite: Child) -> Iterator[ContainerClient]:
    with ContainerClient.from_connection_string(
        endpoints.storage_connection, "azure-webjobs-hosts"
    ) as container:
        yield container


def test_schedule_fires_each_second_and_is_never_past_due(host: RecordingHost) -> None:
    host.child.start()
    first, second = host.wait_for(2, function="often")[:2]
    assert first["past_due"] is False
    assert 0.8 < second["at"] - first["at"] < 1.5
    assert first["at"] % 1 < 0.3


def test_warm_up_runs_before_everything_else(host: RecordingHost) -> None:
    host.child.start()
    host.wait_for(1, function="often")
    assert host.records()[0]["kind"] == "WarmUpContext"
    assert len(host.records(function="warm")) == 1


def test_timer_at_start_retries_with_its_context(host: RecordingHost) -> None:
    host.fail(on=True)
    host.child.start()
    attempts = host.wait_for(4, function="at_start")
    assert [one["retry"] for one in attempts] == [0, 1, 2, 3]
    assert {one["of"] for one in attempts} == {3}
    assert [one["after"] for one in attempts] == [None, *["fails on purpose"] * 3]
    gaps_s = [late["at"] - early["at"] for early, late in itertools.pairwise(attempts)]
    assert gaps_s[0] >= 0.1
    assert min(gaps_s[1:]) >= 0.2


def test_missed_firing_is_made_up_for_at_the_next_start(
    host: RecordingHost, statuses: ContainerClient
) -> None:
    host.child.start()
    wait_until(lambda: statuses.get_blob_client(STATUS).exists())
    host.child.stop()
    stored = json.loads(statuses.download_blob(STATUS).readall())
    assert stored["Next"] > stored["LastUpdated"]
    assert not host.records(function="yearly")

    # As if the host had been away since its last firing, two new years ago.
    missed = {"Last": "2024-06-01T00:00:00+00:00", "Next": "2025-01-01T00:00:00+00:00"}
    statuses.upload_blob(STATUS, json.dumps({**stored, **missed}), overwrite=True)
    host.child.start()
    (record,) = host.wait_for(1, function="yearly")
    assert record["past_due"] is True
    assert record["status"]["Last"] == missed["Last"]
    wait_until(
        lambda: json.loads(statuses.download_blob(STATUS).readall())["Next"] > stored["LastUpdated"]
    )

    host.child.stop()
    host.child.start()
    host.wait_for(len(host.records(function="often")) + 1, function="often")
    assert len(host.records(function="yearly")) == 1


async def test_timer_can_be_run_by_hand(host: RecordingHost, endpoints: Endpoints) -> None:
    host.child.start()
    url = f"http://{endpoints.address}:{endpoints.functions}/admin/functions/yearly"
    async with ClientSession() as session, session.post(url, json={"input": ""}) as answer:
        assert answer.status == 202
    (record,) = host.wait_for(1, function="yearly")
    assert record["past_due"] is False
