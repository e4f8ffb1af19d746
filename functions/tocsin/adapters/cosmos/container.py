"""One container of Cosmos DB, as every adapter over it uses it: what fails is told apart here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from azure.cosmos import CosmosDict
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.failures import tell_apart

# What a caller asked by its call: whether a document is there, and still as it was.
ANSWERS = (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)


class Container:
    """The calls of the SDK under their own names.

    All raise ANSWERS as they are, and what else fails as DeliveryError or RefusedError.
    """

    def __init__(self, client: CosmosClient, database: str, name: str) -> None:
        self.id = name
        self._proxy = client.get_database_client(database).get_container_client(name)

    async def read_item(self, item: str, *, partition_key: str) -> CosmosDict:
        with self._tell_apart():
            return await self._proxy.read_item(item, partition_key=partition_key)

    async def query_items(
        self,
        query: str,
        *,
        parameters: list[dict[str, Any]] | None = None,
        **options: Any,  # noqa: ANN401 (of the SDK)
    ) -> AsyncIterator[Any]:
        with self._tell_apart():
            async for found in self._proxy.query_items(query, parameters=parameters, **options):
                yield found

    async def create_item(self, document: dict[str, Any]) -> CosmosDict:
        with self._tell_apart():
            return await self._proxy.create_item(document)

    async def upsert_item(self, document: dict[str, Any]) -> CosmosDict:
        with self._tell_apart():
            return await self._proxy.upsert_item(document)

    async def replace_item(
        self,
        item: str,
        document: dict[str, Any],
        **condition: Any,  # noqa: ANN401 (of the SDK)
    ) -> CosmosDict:
        with self._tell_apart():
            return await self._proxy.replace_item(item, document, **condition)

    async def patch_item(
        self, item: str, *, partition_key: str, patch_operations: list[dict[str, Any]]
    ) -> None:
        with self._tell_apart():
            await self._proxy.patch_item(
                item, partition_key=partition_key, patch_operations=patch_operations
            )

    async def delete_item(
        self,
        item: str,
        *,
        partition_key: str,
        **condition: Any,  # noqa: ANN401 (of the SDK)
    ) -> None:
        with self._tell_apart():
            await self._proxy.delete_item(item, partition_key=partition_key, **condition)

    async def execute_item_batch(
        self, operations: Sequence[tuple[Any, ...]], partition_key: str
    ) -> list[dict[str, Any]]:
        """All operations of one partition or none; gives the outcome of each."""
        with self._tell_apart():
            return await self._proxy.execute_item_batch([*operations], partition_key)

    @contextmanager
    def _tell_apart(self) -> Iterator[None]:
        with tell_apart(f"the database, container {self.id}", *ANSWERS):
            yield
