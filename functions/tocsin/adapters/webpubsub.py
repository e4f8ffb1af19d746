"""Web PubSub: live messages to the browsers of a site."""

from __future__ import annotations

from typing import Any

from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from tocsin.adapters.failures import tell_apart
from tocsin.adapters.identity import credential_for
from tocsin.adapters.transport import quick_transport
from tocsin.domain.sites import group_of
from tocsin.settings import Connection
from tocsin.usecases.ports.documents import Document

TOKEN_MINUTES = 10


def webpubsub_client(connection: Connection, hub: str) -> WebPubSubServiceClient:
    """A client that gives up soon: what is live now is stale in seconds."""
    limits: dict[str, Any] = {
        "transport": quick_transport(),
        "connection_timeout": 3,
        "read_timeout": 5,
        "retry_total": 2,
    }
    if connection.connection_string is not None:
        return WebPubSubServiceClient.from_connection_string(
            connection.connection_string, hub, **limits
        )
    assert connection.endpoint is not None, "settings allow no connection without either"
    return WebPubSubServiceClient(connection.endpoint, hub, credential_for(connection), **limits)


class WebPubSubLive:
    """The port Live over one hub."""

    def __init__(self, client: WebPubSubServiceClient) -> None:
        self._client = client

    async def send(self, site_id: str, message: Document) -> None:
        with tell_apart("Web PubSub did not take a message"):
            await self._client.send_to_group(
                group_of(site_id), dict(message), content_type="application/json"
            )

    async def client_url(self, user_id: str, site_id: str) -> str:
        with tell_apart("Web PubSub gave no client token"):
            token = await self._client.get_client_access_token(
                user_id=user_id,
                roles=[f"webpubsub.joinLeaveGroup.{group_of(site_id)}"],
                groups=[group_of(site_id)],
                minutes_to_expire=TOKEN_MINUTES,
            )
        return str(token["url"])
