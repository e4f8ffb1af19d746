"""Looking into the running system, and acting as an operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from azure.cosmos import DatabaseProxy

from local.operate import call_api
from local.stack import Stack
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_marks import write_owed


def ask(database: DatabaseProxy, container: str, query: str) -> list[dict[str, Any]]:
    found = database.get_container_client(container).query_items(
        query, enable_cross_partition_query=True
    )
    return [dict(document) for document in found]


def call(
    stack: Stack, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return call_api(stack.url, method, path, body, what=f"{method} {path}")


def act(
    stack: Stack, site: str, incident_id: str, what: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Do *what* an operator does about an incident."""
    return call(stack, "POST", f"incidents/{quote(incident_id, safe='')}/{what}?site={site}", body)


def list_incidents(stack: Stack, site: str) -> dict[str, dict[str, Any]]:
    """By the first device of each, whatever its state."""
    found = call(stack, "GET", f"incidents?site={site}&state=all&max=200")["incidents"]
    return {incident["deviceIds"][0]: incident for incident in found}


def store_alerts(database: DatabaseProxy, *alerts: Alert) -> None:
    """As scoring stores them: nobody has seen them, and they are in no incident."""
    container = database.get_container_client("alerts")
    for alert in alerts:
        container.upsert_item(write_owed(alert))


def open_site(database: DatabaseProxy, site: str) -> None:
    """A site exists when one of its devices has reported."""
    device = {"id": f"{site}-1", "deviceId": f"{site}-1", "siteId": site}
    database.get_container_client("devices").upsert_item(device)
