"""The app is killed in the middle of a flood of alerts: every fault is one incident afterwards."""

from __future__ import annotations

import time
from typing import Any

import pytest
from azure.cosmos import DatabaseProxy

from local.stack import Stack
from tests.fakes.alerts import clear_alert, raise_alert
from tests.integration.incidents.asking import ask, store_alerts
from tests.waiting import wait_until

SITE, DEVICES = "flooded", 60
AGAIN_MS = 5_000


@pytest.mark.timeout(300)
def test_the_app_killed_in_a_flood_makes_one_incident_of_each_fault(
    shared_stack: Stack, database: DatabaseProxy
) -> None:
    now = time.time_ns() // 1_000_000
    names = [f"flood-{n:03d}" for n in range(DEVICES)]
    for name in names:
        store_alerts(
            database,
            raise_alert(name, now, site_id=SITE),
            clear_alert(name, now, now + 2_000, site_id=SITE),
            raise_alert(name, now + AGAIN_MS, site_id=SITE),
        )
    for least in (1, DEVICES // 2):
        wait_for_incidents(database, least)
        host = shared_stack.children["functions_host"]
        host.kill()
        host.start()
    wait_until(lambda: not list_owed(database), within_s=120, what="each alert in an incident")
    found = list_stored(database)
    assert sorted(name for each in found for name in each["deviceIds"]) == names
    assert sorted(name for each in found for name in each["alertIds"]) == sorted(
        f"{name}-{t}" for name in names for t in (now, now + AGAIN_MS)
    )
    assert {each["active"] for each in found} == {True}
    wait_until(
        lambda: list_opened(database) == sorted(each["id"] for each in found),
        within_s=60,
        what="each opening in the audit, once",
    )


def wait_for_incidents(database: DatabaseProxy, least: int) -> None:
    wait_until(lambda: len(list_stored(database)) >= least, within_s=90, what=f"{least} incidents")


def list_stored(database: DatabaseProxy) -> list[dict[str, Any]]:
    return ask(
        database,
        "incidents",
        "SELECT c.id, c.deviceIds, c.alertIds, c.active FROM c "
        f"WHERE c.siteId = '{SITE}' AND c.type = 'incident'",
    )


def list_owed(database: DatabaseProxy) -> list[dict[str, Any]]:
    return ask(
        database, "alerts", f"SELECT c.id FROM c WHERE c.siteId = '{SITE}' AND c.joinedAt = null"
    )


def list_opened(database: DatabaseProxy) -> list[str]:
    opened = ask(
        database,
        "audit",
        f"SELECT c.incidentId FROM c WHERE c.siteId = '{SITE}' AND c.what = 'opened'",
    )
    return sorted(entry["incidentId"] for entry in opened)
