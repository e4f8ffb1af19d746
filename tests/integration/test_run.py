"""A run that breaks down is no success, and one that keeps earlier data answers for its own."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import CosmosClient
from azure.storage.blob import ContainerClient

from local.addresses import find_free_address
from local.endpoints import AMQPS, Endpoints
from local.prepare import DATABASE
from local.processes import ProcessFailedError
from local.report.build import list_failures
from local.run import Run
from local.stack import Stack
from tests.integration.runs import make_options
from tests.waiting import wait_until


@pytest.mark.timeout(120)
def test_a_fleet_that_dies_fails_the_run(shared_stack: Stack, tmp_path: Path) -> None:
    run = Run(shared_stack, make_options(tmp_path, duration_s=60))
    try:
        run.start()
        wait_until(lambda: run.messages_stored > 0, within_s=30, what="a message stored")
        run.fleet.kill()
        assert run.watch(threading.Event()), "the services are whole"
        with pytest.raises(ProcessFailedError, match="device_sim ended with code -9"):
            run.finish()
    finally:
        run.stop()


@pytest.mark.timeout(180)
def test_a_run_without_keys_loses_nothing(tmp_path: Path) -> None:
    usual = Endpoints.free(find_free_address())
    endpoints = replace(usual, amqp=AMQPS, keyless=tmp_path)
    with Stack(endpoints, tmp_path) as stack:
        run = Run(stack, make_options(tmp_path, duration_s=8))
        try:
            run.start()
            assert run.watch(threading.Event()), "the services are whole"
            report = run.finish()
        finally:
            run.stop()
    assert list_failures(report) == []
    assert report["readings_stored"] == report["readings_sent"] > 0
    assert report["latency_ms"]["pushed"]["p50"] is not None, "live messages reach a client"


@pytest.mark.timeout(120)
def test_what_earlier_runs_left_is_not_counted(shared_stack: Stack, tmp_path: Path) -> None:
    leave_earlier_data(shared_stack.endpoints)
    run = Run(shared_stack, make_options(tmp_path, duration_s=8))
    try:
        run.start()
        assert run.messages_stored == 0
        assert run.watch(threading.Event()), "the services are whole"
        report = run.finish(settle_s=5)
    finally:
        run.stop()
    assert list_failures(report) == []
    assert report["readings_stored"] == report["readings_sent"] > 0
    assert (report["alerts_raised"], report["alerts_pushed"]) == (0, 0)
    assert report["incidents_opened"] == 0
    assert (report["plans"]["made"], report["plans"]["migrations"]) == (0, 0)


def leave_earlier_data(endpoints: Endpoints) -> None:
    """What a run that was stopped too early leaves: an alert nobody was shown, a dead letter, a
    reading stored twice, a plan with moves, an incident."""
    reading = {"deviceId": "earlier", "t": [1_000]}
    move = {"taskId": "a", "from": "earlier", "to": "b", "reason": "x"}
    documents: dict[str, list[dict[str, Any]]] = {
        "readings": [{**reading, "id": "1000-0"}, {**reading, "id": "1000-1"}],
        "alerts": [{"id": "1000-raised", "deviceId": "earlier", "siteId": "north", "t": 1_000,
                    "type": "raised"}],
        "plans": [{"id": "earlier", "siteId": "elsewhere", "type": "plan", "createdAt": 1_000,
                   "migrations": [move], "deliveries": {}}],
        "incidents": [{"id": "earlier", "siteId": "elsewhere", "type": "incident"}],
    }  # fmt: skip
    with CosmosClient.from_connection_string(endpoints.cosmos_connection) as client:
        database = client.get_database_client(DATABASE)
        for container, found in documents.items():
            for document in found:
                database.get_container_client(container).upsert_item(document)
    with ContainerClient.from_connection_string(
        endpoints.storage_connection, "dead-letters"
    ) as letters:
        letters.upload_blob("2026/01/01/earlier.json", b"{}")
