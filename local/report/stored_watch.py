"""A watch on the database: when each document was there.

It notes when it first saw a document. That is up to one poll after it was stored, so latencies
taken from it are upper bounds.
"""

from __future__ import annotations

import threading
from typing import Any

from azure.core.exceptions import AzureError
from azure.cosmos import ContainerProxy

from local.clients import open_cosmos
from local.endpoints import Endpoints
from local.identities.grants import OBSERVER
from local.prepare import DATABASE
from local.report.clock import tell_time_ms

POLL_S = 0.1

StoredKey = tuple[str, str]  # device id, document id


class StoredWatch:
    """Follows the change feed of ``readings`` and keeps when each document was seen first."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.seen: dict[StoredKey, float] = {}
        self._endpoints = endpoints
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=30)

    def _follow(self) -> None:
        with open_cosmos(self._endpoints, OBSERVER, connection_timeout=2, retry_total=0) as client:
            container = client.get_database_client(DATABASE).get_container_client("readings")
            continuation: str | None = None
            while not self._stopped.wait(POLL_S):
                try:
                    continuation = self._note_page(container, continuation)
                except AzureError:
                    continue  # the service is away; the feed goes on where it stopped

    def _note_page(self, container: ContainerProxy, continuation: str | None) -> str | None:
        start: dict[str, Any] = (
            {"start_time": "Beginning"} if continuation is None else {"continuation": continuation}
        )
        for document in container.query_items_change_feed(**start):
            self.seen.setdefault((document["deviceId"], document["id"]), tell_time_ms())
        headers = container.client_connection.last_response_headers
        return str(headers["etag"]) if headers.get("etag") else continuation
