"""Operators act while IoT Hub, Web PubSub and the queues are away: only the database is needed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from azure.cosmos import DatabaseProxy

from local.operate import change_setting
from local.stack import Stack
from tests.fakes.alerts import raise_alert
from tests.integration.incidents.asking import (
    act,
    call,
    list_incidents,
    open_site,
    store_alerts,
)
from tests.waiting import wait_until

SITE = "alone"
MINUTE_MS = 60_000


@contextmanager
def without(stack: Stack, *names: str) -> Iterator[None]:
    """Let these services be away for a while."""
    for name in names:
        stack.children[name].kill()
    try:
        yield
    finally:
        for name in names:
            stack.children[name].start()


@pytest.mark.timeout(300)
def test_operators_pause_acknowledge_and_shelve_while_all_else_is_away(
    shared_stack: Stack, database: DatabaseProxy
) -> None:
    open_site(database, SITE)
    now = time.time_ns() // 1_000_000
    store_alerts(database, *(raise_alert(f"alone-{n}", now, site_id=SITE) for n in range(2)))
    wait_until(
        lambda: len(list_incidents(shared_stack, SITE)) == 2, within_s=60, what="two incidents"
    )
    first, second = (each["id"] for each in list_incidents(shared_stack, SITE).values())
    with without(shared_stack, "iothub", "webpubsub", "azurite"):
        paused = change_setting(shared_stack.url, "optimiser", SITE, {"paused": True})
        assert paused["paused"] is True
        taken = act(shared_stack, SITE, first, "acknowledge", {"comment": "on my way"})
        assert taken["state"] == "acknowledged"
        shelved = act(shared_stack, SITE, second, "shelve", {"until": now + 30 * MINUTE_MS})
        assert shelved["held"] == ["shelved"]
    found = {each["id"]: each for each in list_incidents(shared_stack, SITE).values()}
    assert found[first]["state"] == "acknowledged"
    assert found[second]["held"] == ["shelved"]
    audit = call(shared_stack, "GET", f"audit?site={SITE}")["changes"]
    assert {"acknowledged", "shelved"} <= {str(entry["details"].get("what")) for entry in audit}
    wait_until(
        lambda: call(shared_stack, "GET", "health")["status"] != "unhealthy",
        within_s=60,
        what="the system whole again",
    )
