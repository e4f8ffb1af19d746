"""Watches a run from outside, as a user would: what is stored, and what reaches a browser.

Both watches note when they saw a thing first; that is later than it happened by up to a poll, so
latencies taken from them are upper bounds.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy, CosmosClient
from azure.messaging.webpubsubclient.aio import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OnGroupDataMessageArgs,
    OpenClientError,
)

from local.prepare import DATABASE

POLL_S = 0.1

# It warns of its own orderly close.
logging.getLogger("azure.messaging.webpubsubclient").setLevel(logging.ERROR)

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
        self._stopped = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._opened: Future[None] = Future()
        self._thread: threading.Thread | None = None

    def start(self, sites: Sequence[str]) -> None:
        """Watch *sites*; raises ConnectionError when a client cannot be opened."""
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._watch(sites),), daemon=True
        )
        self._thread.start()
        self._opened.result(timeout=30)

    def stop(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(timeout=10)

    async def _watch(self, sites: Sequence[str]) -> None:
        async with AsyncExitStack() as clients:
            try:
                for site in sites:
                    await clients.enter_async_context(self._client(site))
            except (OpenClientError, OSError) as error:
                self._opened.set_exception(ConnectionError(f"no live messages: {error}"))
                return
            self._opened.set_result(None)
            await self._stopped.wait()

    @asynccontextmanager
    async def _client(self, site: str) -> AsyncIterator[WebPubSubClient]:
        url = f"{self._front_url}api/negotiate?site={site}"

        async def negotiate() -> str:
            return str((await asyncio.to_thread(_get, url))["url"])

        client = WebPubSubClient(
            WebPubSubClientCredential(negotiate),
            auto_rejoin_groups=False,
            # A service that was killed is back in seconds, and the watch must be too.
            reconnect_retry_total=1_000,
            reconnect_retry_backoff_max=1,
        )
        await client.subscribe(CallbackType.GROUP_MESSAGE, self._received)
        await client.open()
        try:
            yield client
        finally:
            await client.close()

    async def _received(self, received: OnGroupDataMessageArgs) -> None:
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
