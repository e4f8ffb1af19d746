"""Watches a run from outside, as a user would: what is stored, and what reaches a browser.

Both watches note when they saw a thing first; that is later than it happened by up to a poll, so
latencies taken from them are upper bounds.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy, CosmosClient
from azure.messaging.webpubsubclient import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OnGroupDataMessageArgs,
    OpenClientError,
)

from local.prepare import DATABASE

POLL_S = 0.1

StoredKey = tuple[str, str]  # device id, document id
PushedKey = tuple[str, int]  # device id, event time of the last reading in ms


def now_ms() -> float:
    return time.time() * 1_000


class StoredWatch:
    """Follows the change feed of ``readings`` and keeps when each document was seen first."""

    def __init__(self, connection: str) -> None:
        self.seen: dict[StoredKey, float] = {}
        self._connection = connection
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=30)

    def _follow(self) -> None:
        with CosmosClient.from_connection_string(
            self._connection, connection_timeout=2, retry_total=0
        ) as client:
            container = client.get_database_client(DATABASE).get_container_client("readings")
            continuation: str | None = None
            while not self._stopped.wait(POLL_S):
                try:
                    continuation = self._read(container, continuation)
                except AzureError:
                    continue  # the service is away for the moment; the feed goes on where it was

    def _read(self, container: ContainerProxy, continuation: str | None) -> str | None:
        start: dict[str, Any] = (
            {"start_time": "Beginning"} if continuation is None else {"continuation": continuation}
        )
        for document in container.query_items_change_feed(**start):
            self.seen.setdefault((document["deviceId"], document["id"]), now_ms())
        headers = container.client_connection.last_response_headers
        return str(headers["etag"]) if headers.get("etag") else continuation


class PushedWatch:
    """A browser's place: one Web PubSub client a site, negotiated through the front door."""

    def __init__(self, front_url: str) -> None:
        self.telemetry: dict[PushedKey, float] = {}
        self.alerts: dict[tuple[str, str], float] = {}
        self._front_url = front_url
        self._clients: dict[str, WebPubSubClient] = {}

    def start(self, sites: list[str]) -> None:
        """Watch *sites*; raises ConnectionError when a client cannot be opened."""
        for site in sites:
            client = WebPubSubClient(
                WebPubSubClientCredential(self._negotiator(site)), auto_rejoin_groups=False
            )
            client.subscribe(CallbackType.GROUP_MESSAGE, self._received)
            try:
                client.open()
            except OpenClientError as error:
                raise ConnectionError(f"no live messages of site {site!r}: {error}") from error
            self._clients[site] = client

    def stop(self) -> None:
        for client in self._clients.values():
            client.close()

    def _negotiator(self, site: str) -> Callable[[], str]:
        return lambda: str(_get(f"{self._front_url}api/negotiate?site={site}")["url"])

    def _received(self, received: OnGroupDataMessageArgs) -> None:
        message = received.data
        at = now_ms()
        if message["type"] == "telemetry":
            for device in message["devices"]:
                self.telemetry.setdefault((device["deviceId"], device["t"]), at)
        elif message["type"] == "alert":
            alert = message["alert"]
            self.alerts.setdefault((alert["deviceId"], alert["id"]), at)


def _get(url: str) -> Mapping[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (our own front door)
        content: Mapping[str, Any] = json.load(answer)
    return content
