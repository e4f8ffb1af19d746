"""What the Web PubSub tests share: clients that note what they receive, and raw sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from azure.messaging.webpubsubclient.aio import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OnConnectedArgs,
    OnDisconnectedArgs,
    OnGroupDataMessageArgs,
    OnServerDataMessageArgs,
)
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from local.endpoints import Endpoints

HUB = "tocsin"
JSON = "json.webpubsub.azure.v1"
RELIABLE = "json.reliable.webpubsub.azure.v1"
WITHIN_S = 15.0


def service(endpoints: Endpoints) -> WebPubSubServiceClient:
    return WebPubSubServiceClient.from_connection_string(endpoints.webpubsub_connection, HUB)


def client_url(
    endpoints: Endpoints,
    *,
    user_id: str | None = None,
    roles: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> str:
    """A client's URL with a token that makes these claims."""
    with service(endpoints) as sender:
        answer = sender.get_client_access_token(
            user_id=user_id, roles=list(roles), groups=list(groups)
        )
        return str(answer["url"])


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for *condition*, or fail naming *what* did not come about."""
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S:.0f} s: {what}"
        await asyncio.sleep(0.02)


class Listener:
    """The official client (aio), noting all that it is told."""

    def __init__(self, client: WebPubSubClient) -> None:
        self.client = client
        self.group: list[OnGroupDataMessageArgs] = []
        self.server: list[OnServerDataMessageArgs] = []
        self.connections: list[str] = []
        self.farewells: list[str | None] = []

    @property
    def sequence_ids(self) -> list[int]:
        return [one.sequence_id for one in self.group if one.sequence_id is not None]

    async def subscribe(self) -> None:
        await self.client.subscribe(CallbackType.GROUP_MESSAGE, self._on_group)
        await self.client.subscribe(CallbackType.SERVER_MESSAGE, self._on_server)
        await self.client.subscribe(CallbackType.CONNECTED, self._on_connected)
        await self.client.subscribe(CallbackType.DISCONNECTED, self._on_disconnected)

    async def _on_group(self, message: OnGroupDataMessageArgs) -> None:
        self.group.append(message)

    async def _on_server(self, message: OnServerDataMessageArgs) -> None:
        self.server.append(message)

    async def _on_connected(self, event: OnConnectedArgs) -> None:
        self.connections.append(event.connection_id)

    async def _on_disconnected(self, event: OnDisconnectedArgs) -> None:
        self.farewells.append(event.message)


@asynccontextmanager
async def listening(url: str, **options: object) -> AsyncIterator[Listener]:
    """The official client, connected through *url*, in its default (reliable) protocol."""

    async def access_url() -> str:
        return url

    settings: dict[str, Any] = {"reconnect_retry_backoff_factor": 0.1, "message_retry_total": 0}
    settings |= options
    client = WebPubSubClient(WebPubSubClientCredential(access_url), **settings)
    listener = Listener(client)
    await listener.subscribe()
    async with client:
        await until(lambda: bool(listener.connections), "the connected event")
        yield listener


@asynccontextmanager
async def socket(url: str, *protocols: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare WebSocket, for what the SDKs never send."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=protocols, autoping=True) as ws,
    ):
        yield ws


async def refusal(url: str, *protocols: str) -> int:
    """The HTTP status with which a WebSocket is refused."""
    try:
        async with socket(url, *protocols):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status
