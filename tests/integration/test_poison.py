"""Alerts that no service takes, beside healthy ones, through the running stack."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from azure.cosmos import CosmosClient

from local.operate import call_api
from local.prepare import DATABASE
from local.report.pushed_watch import PushedWatch
from local.stack import Stack
from tests.fakes.records import alert_record
from tests.waiting import wait_until
from tocsin.domain.alerts.alert_marks import write_owed


def damage() -> list[dict[str, Any]]:
    """One alert of each kind that stopped all others."""
    sound = write_owed(alert_record(5, "bad-0"))
    without_site = {name: value for name, value in sound.items() if name != "siteId"}
    return [
        {**without_site, "deviceId": "bad-1"},
        {**sound, "deviceId": "bad-2", "siteId": "x" * 60_000},
        {**sound, "deviceId": "bad-3", "t": "soon"},
        {**sound, "deviceId": "bad-4", "siteId": 7},
        {**sound, "deviceId": "bad-5", "contributions": ["a"]},
    ]


@pytest.mark.measures_time
@pytest.mark.timeout(120)
def test_bad_alerts_are_put_aside_and_the_healthy_one_is_shown(shared_stack: Stack) -> None:
    with CosmosClient.from_connection_string(shared_stack.endpoints.cosmos_connection) as client:
        database = client.get_database_client(DATABASE)
        alerts, devices = (database.get_container_client(name) for name in ("alerts", "devices"))
        devices.upsert_item({"id": "rig-1", "deviceId": "rig-1", "siteId": "north"})
        browser = PushedWatch(shared_stack.url)
        browser.start(["north"])
        try:
            for number, bad in enumerate(damage()):
                alerts.upsert_item(bad)
                alerts.upsert_item(write_owed(alert_record(number, "rig-1")))
            shown = {("rig-1", f"{number}-raised") for number in range(len(damage()))}
            wait_until(
                lambda: browser.alerts.keys() >= shown, within_s=5, what="the healthy alerts shown"
            )
        finally:
            browser.stop()
        letters = _wait_letters(shared_stack, len(damage()))
        reasons = [letter["reason"] for letter in letters]
        assert sorted(set(reasons)) == ["damaged", "refused"]
        assert _ask(shared_stack, "health")["status"] == "healthy"
        (refused,) = [letter for letter in letters if letter["reason"] == "refused"][:1]
        again = call_api(
            shared_stack.url, "POST", f"dead-letters/{refused['id']}/replay", {}, what="replay"
        )
        assert again["outcome"] == "refused"
        assert len(_list_letters(shared_stack)) == len(damage()), "replayed, it is the same letter"
        marked = alerts.read_item("0-raised", partition_key="rig-1")
        assert marked["shownAt"] <= round(time.time() * 1_000)


def _wait_letters(stack: Stack, count: int) -> list[dict[str, Any]]:
    wait_until(
        lambda: len(_list_letters(stack)) >= count,
        within_s=15,
        what="a dead letter of an alert for each",
    )
    return _list_letters(stack)


def _list_letters(stack: Stack) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = _ask(stack, "dead-letters")["deadLetters"]
    return [letter for letter in letters if letter["kind"] == "alert"]


def _ask(stack: Stack, path: str) -> Mapping[str, Any]:
    with urllib.request.urlopen(f"{stack.url}api/{path}", timeout=10) as answer:
        content: Mapping[str, Any] = json.load(answer)
    return content
