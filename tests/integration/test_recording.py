"""A recording of a real machine through the whole path."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from azure.cosmos import ContainerProxy, CosmosClient

from local.prepare import DATABASE, run_module
from local.report.pushed_watch import PushedWatch
from local.stack import Stack
from tests.integration.devices import connect_device, send_body
from tests.paths import SHARED
from tests.waiting import wait_until
from tocsin.domain.packing.messages import unpack_columns

RECORDING = SHARED / "datasets/skab/data/valve1/1.csv"
DEVICE = "loop-1"
NEIGHBOUR = "loop-2"
READINGS = 1_145


@pytest.mark.timeout(180)
@pytest.mark.skipif(not RECORDING.exists(), reason="the SKAB recordings are not on this machine")
def test_a_replayed_recording_is_stored_and_its_anomaly_is_shown(
    shared_stack: Stack, tmp_path: Path
) -> None:
    environment = {**os.environ, **shared_stack.list_device_settings()}
    log = tmp_path / "replay"
    run_module(["device_sim", "provision", "--device", DEVICE, "--site", "lab"], environment)
    browser = PushedWatch(shared_stack.url)
    browser.start(["lab"])
    try:
        # A site can be watched from its first message on, and the recording is over in a second.
        with connect_device(shared_stack, NEIGHBOUR) as neighbour:
            send_body(neighbour, _write_body())
            wait_until(lambda: "lab" in browser.watched, within_s=30, what="the site watched")
        run_module(
            ["device_sim", "replay", str(RECORDING), "--device", DEVICE, "--speed", "max",
             "--log", str(log)],
            environment,
        )  # fmt: skip
        connection = shared_stack.endpoints.cosmos_connection
        with CosmosClient.from_connection_string(connection) as client:
            database = client.get_database_client(DATABASE)
            readings = database.get_container_client("readings")
            wait_until(
                lambda: _stored(readings) == READINGS, within_s=60, what="every reading stored"
            )
            alerts = list(
                database.get_container_client("alerts").query_items(
                    "SELECT * FROM c WHERE c.type = 'raised'", partition_key=DEVICE
                )
            )
        truth = map(json.loads, (log / "faults.jsonl").read_text(encoding="utf-8").splitlines())
        anomaly = next(fault for fault in truth if fault["kind"] == "anomaly")
        inside = [alert for alert in alerts if anomaly["start"] <= alert["t"] < anomaly["end"]]
        assert inside, f"no alert inside the labelled anomaly; raised at {alerts}"
        wait_until(
            lambda: all((DEVICE, alert["id"]) in browser.alerts for alert in inside),
            within_s=10,
            what="the anomaly's alerts at the browser",
        )
    finally:
        browser.stop()


def _write_body() -> str:
    channels = {"temperature_c": [21.0], "humidity_pct": [40.0], "battery_pct": [88.0]}
    now = time.time_ns() // 1_000_000
    return json.dumps(
        {"schema": 1, "profile": "environment", "seq": 0, "t": [now], "channels": channels}
    )


def _stored(readings: ContainerProxy) -> int:
    found = readings.query_items("SELECT * FROM c", partition_key=DEVICE)
    return len({t for document in map(unpack_columns, found) for t in document["t"]})
