"""Cosmos DB: the marks on stored alerts that say what is still owed to people."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos_client import query_parameters
from tocsin.adapters.failures import tell_apart
from tocsin.domain.alert_marks import AlertKey, Mark
from tocsin.usecases.ports.documents import Document

# Null and not left out: alerts from before there were marks are owed to nobody any more. A document
# without the name of its device cannot be marked, so it would be found for ever.
_OWED = (
    "SELECT TOP @count * FROM c WHERE (c.shownAt = null OR c.askedAt = null) "
    "AND NOT IS_DEFINED(c.sidelinedAt) AND IS_STRING(c.deviceId) AND c._ts < @before "
    "ORDER BY c._ts"
)


class CosmosAlertMarks:
    """The port AlertMarks over the container ``alerts``."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._alerts = client.get_database_client(database).get_container_client("alerts")

    async def find_owed(self, *, stored_before_ms: int, most: int) -> list[Document]:
        with tell_apart("the alerts that are not shown cannot be looked up"):
            found = self._alerts.query_items(
                _OWED, parameters=query_parameters(count=most, before=stored_before_ms // 1_000)
            )
            return [document async for document in found]

    async def mark(self, key: AlertKey, marks: Mapping[Mark, int]) -> None:
        operations = [{"op": "set", "path": f"/{name}", "value": at} for name, at in marks.items()]
        gone = contextlib.suppress(CosmosResourceNotFoundError)
        with tell_apart("the database marked no alert"), gone:
            await self._alerts.patch_item(
                key.document_id, partition_key=key.device_id, patch_operations=operations
            )
