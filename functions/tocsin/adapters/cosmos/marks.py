"""Cosmos DB: the marks on stored alerts that say what is still owed to people."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.failures import tell_apart
from tocsin.domain.alerts.alert_marks import ASIDE, AlertKey, Mark
from tocsin.usecases.ports.documents import Document

# Null and not left out: alerts from before there were marks are owed to nobody any more. A document
# without the name of its device cannot be marked, so it would be found for ever.
_OWED = (
    "SELECT TOP @count * FROM c "
    "WHERE (c.shownAt = null OR c.askedAt = null OR c.joinedAt = null) "
    "AND NOT IS_DEFINED(c.sidelinedAt) AND IS_STRING(c.deviceId) AND c._ts < @before "
    "ORDER BY c._ts"
)
_ASIDE = "SELECT TOP @count * FROM c WHERE c.type = @type ORDER BY c._ts DESC"
MOST_ASIDE = 1_000  # far more than there ever are: each takes no patch, for ever


class CosmosAlertMarks:
    """The port AlertMarks over the container ``alerts``."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._alerts = Container(client, database, "alerts")
        self._settings = Container(client, database, "settings")

    async def find_owed(self, *, stored_before_ms: int, most: int) -> list[Document]:
        with tell_apart("the alerts that are not shown cannot be looked up"):
            before = stored_before_ms // 1_000
            found = await self._query(before, most)
            # Usually nothing is owed, and nothing else is asked.
            aside = await self._list_aside() if found else set()
            if aside and len(found) == most:
                found = await self._query(before, most + len(aside))
        return [alert for alert in found if AlertKey.of_document(alert) not in aside][:most]

    async def mark(self, key: AlertKey, marks: Mapping[Mark, int]) -> None:
        operations = [{"op": "set", "path": f"/{name}", "value": at} for name, at in marks.items()]
        gone = contextlib.suppress(CosmosResourceNotFoundError)
        with tell_apart("the database marked no alert"), gone:
            await self._alerts.patch_item(
                key.document_id, partition_key=key.device_id, patch_operations=operations
            )

    async def set_aside(self, key: AlertKey, at_ms: int) -> None:
        with tell_apart("an alert is not put aside"):
            await self._settings.upsert_item(key.write_aside(at_ms))

    async def _query(self, before_s: int, most: int) -> list[Document]:
        found = self._alerts.query_items(
            _OWED, parameters=query_parameters(count=most, before=before_s)
        )
        return [document async for document in found]

    async def _list_aside(self) -> set[AlertKey]:
        found = self._settings.query_items(
            _ASIDE, parameters=query_parameters(type=ASIDE, count=MOST_ASIDE)
        )
        keys = [read_sound(AlertKey.read_aside, document) async for document in found]
        return {key for key in keys if key is not None}
