"""A watch in a browser's place: when each live message arrived."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from azure.messaging.webpubsubclient.aio import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OnConnectedArgs,
    OnGroupDataMessageArgs,
    OpenClientError,
)

from local.report.clock import tell_time_ms

SITE_POLL_S = 0.5

# It logs a warning about its own orderly close.
logging.getLogger("azure.messaging.webpubsubclient").setLevel(logging.ERROR)

CATCH_UP_S = 1.0  # between two tries, while the API is away too

PushedKey = tuple[str, int]  # device id, event time of the last reading in ms
AlertKey = tuple[str, str]  # device id, document id


class PushedWatch:
    """What a browser receives: one Web PubSub client a site, negotiated through the front door.

    What was pushed while a client was not connected is lost to it, so with every connection it
    reads the newest alerts from the API, as the API's users are told to.
    """

    def __init__(self, front_url: str) -> None:
        self.telemetry: dict[PushedKey, float] = {}
        self.alerts: dict[AlertKey, float] = {}
        self.caught_up: dict[AlertKey, float] = {}  # not pushed, or not yet when it was read
        self.watched: set[str] = set()  # the sites whose messages are received
        self._catching_up: set[asyncio.Task[None]] = set()
        self._front_url = front_url
        self._stopped = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._opened: Future[None] = Future()
        self._thread: threading.Thread | None = None

    def start(self, sites: Sequence[str]) -> None:
        """Watch *sites*, each from when the product knows it: from its first device's message.

        Raises ConnectionError when a client cannot be opened.
        """
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
                unknown = await self._open_clients(clients, sites)
            except (OpenClientError, OSError) as error:
                self._opened.set_exception(ConnectionError(f"no live messages: {error}"))
                return
            self._opened.set_result(None)
            while unknown and not await self._wait_stopped(SITE_POLL_S):
                with suppress(OpenClientError, OSError):  # the service is away for the moment
                    unknown = await self._open_clients(clients, unknown)
            await self._stopped.wait()

    async def _open_clients(self, clients: AsyncExitStack, sites: Sequence[str]) -> list[str]:
        """Open a client for each site that is known; returns those that are not yet."""
        unknown = []
        for site in sites:
            try:
                await asyncio.to_thread(_get_json, self._find_url(site))
            except urllib.error.HTTPError as error:
                if error.code >= 500:
                    raise
                unknown.append(site)
                continue
            await clients.enter_async_context(self._open_client(site))
            self.watched.add(site)
        return unknown

    async def _wait_stopped(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                return await self._stopped.wait()
        except TimeoutError:
            return False

    def _find_url(self, site: str) -> str:
        return f"{self._front_url}api/negotiate?{urlencode({'site': site})}"

    @asynccontextmanager
    async def _open_client(self, site: str) -> AsyncIterator[WebPubSubClient]:
        async def negotiate() -> str:
            return str((await asyncio.to_thread(_get_json, self._find_url(site)))["url"])

        client = WebPubSubClient(
            WebPubSubClientCredential(negotiate),
            auto_rejoin_groups=False,
            # A service that was killed is back in seconds, and the watch must be too.
            reconnect_retry_total=1_000,
            reconnect_retry_backoff_max=1,
        )
        await client.subscribe(CallbackType.GROUP_MESSAGE, self._note_message)

        async def note_connected(_: OnConnectedArgs) -> None:
            task = asyncio.create_task(self._catch_up(site), name=f"catch up with {site}")
            self._catching_up.add(task)
            task.add_done_callback(self._catching_up.discard)

        await client.subscribe(CallbackType.CONNECTED, note_connected)
        await client.open()
        try:
            yield client
        finally:
            await client.close()

    async def _catch_up(self, site: str) -> None:
        """Read the site's newest alerts, as soon as the API answers."""
        url = f"{self._front_url}api/alerts?site={site}&max=200"
        while True:
            with suppress(OSError):  # whatever took the connection may have taken the API too
                found = await asyncio.to_thread(_get_json, url)
                break
            if await self._wait_stopped(CATCH_UP_S):
                return
        at = tell_time_ms()
        for alert in found["alerts"]:
            self.caught_up.setdefault((alert["deviceId"], alert["id"]), at)
            if alert["clearedAt"] is not None:
                cleared = f"{alert['clearedAt']}-cleared"
                self.caught_up.setdefault((alert["deviceId"], cleared), at)

    async def _note_message(self, received: OnGroupDataMessageArgs) -> None:
        message = received.data
        at = tell_time_ms()
        if message["type"] == "telemetry":
            for device in message["devices"]:
                self.telemetry.setdefault((device["deviceId"], device["t"]), at)
        elif message["type"] == "alert":
            alert = message["alert"]
            self.alerts.setdefault((alert["deviceId"], alert["id"]), at)


def _get_json(url: str) -> Mapping[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (our own front door)
        content: Mapping[str, Any] = json.load(answer)
    return content
