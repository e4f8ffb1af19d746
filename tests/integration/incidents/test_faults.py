"""Incidents in the running system: one for each fault, and none for what is late."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from azure.cosmos import DatabaseProxy

from local.run import Run
from local.stack import Stack
from tests.integration.devices import connect_device, send_body
from tests.integration.incidents.asking import ask
from tests.integration.runs import make_options
from tests.waiting import wait_until
from tocsin.domain.packing.messages import unpack_message
from tocsin.profiles import load_profiles

LATE_DEVICE = "cut-off-1"
SECOND_MS = 1_000
MESSAGES, READINGS = 20, 100
MOTOR = load_profiles()["motor"]


@pytest.mark.timeout(180)
def test_two_thousand_late_readings_are_stored_and_scored_and_raise_no_alert(
    shared_stack: Stack, database: DatabaseProxy
) -> None:
    """What the device says now comes first; what it kept would be an alert if it were news."""
    now = time.time_ns() // 1_000_000
    with connect_device(shared_stack, LATE_DEVICE) as device:
        send_body(device, write_body(0, [now]))
        of_device = f"FROM c WHERE c.deviceId = '{LATE_DEVICE}'"
        # In one batch with it, the others would be sorted before it, and be on time.
        wait_until(
            lambda: bool(ask(database, "devices", f"SELECT c.id {of_device}")),
            within_s=30,
            what="the device known",
        )
        for n in range(MESSAGES):
            begun = now - (MESSAGES - n) * READINGS * SECOND_MS - 60 * SECOND_MS
            times = [begun + index * SECOND_MS for index in range(READINGS)]
            send_body(device, write_body(n + 1, times))
        send_body(device, write_body(MESSAGES + 1, [time.time_ns() // 1_000_000]))
        wait_until(
            lambda: len(ask(database, "readings", f"SELECT c.id {of_device}")) == MESSAGES + 2,
            within_s=60,
            what="all messages stored",
        )
    stored = [*map(unpack_message, ask(database, "readings", f"SELECT * {of_device}"))]
    assert sum(len(document["t"]) for document in stored) == MESSAGES * READINGS + 2
    scores = [score for document in stored for score in document["score"] if score is not None]
    assert len(scores) >= MESSAGES * READINGS - MOTOR.window
    assert any(flag for document in stored for flag in document["anomalous"]), "it would be news"
    assert ask(database, "alerts", f"SELECT c.id {of_device}") == []
    assert ask(database, "incidents", "SELECT c.id FROM c WHERE c.siteId = 'lab'") == []


def write_body(seq: int, times: Sequence[int]) -> str:
    """A motor that shakes as none does."""
    # Never twice the same: what does not move says nothing of the machine.
    shares = [0.8 + 0.01 * (t // SECOND_MS * 7 % 11) for t in times]
    values = {
        channel.name: [
            round(channel.low + share * (channel.high - channel.low), 3) for share in shares
        ]
        for channel in MOTOR.channels
    }
    return json.dumps(
        {"schema": 1, "profile": MOTOR.name, "seq": seq, "t": [*times], "channels": values}
    )


@pytest.mark.timeout(240)
def test_each_fault_of_the_demo_is_one_incident(shared_stack: Stack, tmp_path: Path) -> None:
    run = Run(
        shared_stack,
        make_options(tmp_path, duration_s=60, devices=12, faults="demo", history_s=300),
    )
    try:
        run.start()
        assert run.watch(threading.Event()), "the services are whole"
        report = run.finish()
    finally:
        run.stop()
    assert report["detection"]["events_total"] > 3
    assert report["detection"]["events_detected"] == report["detection"]["events_total"]
    assert report["incidents_opened"] == report["detection"]["events_total"]
