"""The storage queue of requests to rebalance a site."""

from __future__ import annotations

import json
from typing import Any

from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from tocsin.adapters.failures import tell_apart
from tocsin.adapters.identity import credential_for
from tocsin.adapters.transport import quick_transport
from tocsin.domain.plans.requests import QUEUE, Request
from tocsin.settings import Connection

KEPT_S = 60 * 60  # a request this old has long been overtaken by the timer


def queue_client(connection: Connection, name: str = QUEUE) -> QueueClient:
    """A client with bounded waits, writing as the functions host reads: base64."""
    limits: dict[str, Any] = {
        "transport": quick_transport(),
        "connection_timeout": 3,
        "read_timeout": 5,
        "retry_total": 1,
        # By itself the SDK waits a quarter of a minute.
        "initial_backoff": 0,
        "increment_base": 1,
        "random_jitter_range": 1,
        "message_encode_policy": TextBase64EncodePolicy(),
    }
    if connection.connection_string is not None:
        return QueueClient.from_connection_string(connection.connection_string, name, **limits)
    assert connection.endpoint is not None, "settings allow no connection without either"
    return QueueClient(connection.endpoint, name, credential=credential_for(connection), **limits)


class QueueRequests:
    """The port Requests over one queue."""

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    async def put(self, request: Request, *, delay_s: int = 0) -> None:
        with tell_apart(f"the queue {QUEUE} did not take a request"):
            await self._client.send_message(
                json.dumps(request.to_document()), visibility_timeout=delay_s, time_to_live=KEPT_S
            )
