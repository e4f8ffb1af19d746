"""Cosmos DB: how far the scoring of each partition has come."""

from __future__ import annotations

from azure.cosmos.aio import CosmosClient

from tocsin.adapters.cosmos.client import query_parameters, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.failures import tell_apart
from tocsin.domain.insights.progress import PROGRESS, Progress

_ALL = "SELECT * FROM c WHERE c.type = @type"


class CosmosProgress:
    """The port ProgressLog over the container ``settings``: one document a partition."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._settings = Container(client, database, "settings")

    async def save_progress(self, progress: Progress) -> None:
        with tell_apart("the progress of a partition is not kept"):
            await self._settings.upsert_item(progress.to_document())

    async def list_progress(self) -> list[Progress]:
        with tell_apart("the progress of partitions cannot be looked up"):
            found = self._settings.query_items(_ALL, parameters=query_parameters(type=PROGRESS))
            every = [read_sound(Progress.from_document, document) async for document in found]
        return [progress for progress in every if progress is not None]
