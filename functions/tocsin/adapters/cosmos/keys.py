"""Cosmos DB: the API keys of all people."""

from __future__ import annotations

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos.client import query_parameters, read_document, read_sound
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.access.api_key import ApiKey, key_document_id
from tocsin.usecases.ports.documents import Document

_KEYS = "SELECT * FROM c WHERE c.type = 'key'"


class CosmosKeys:
    """The port Keys over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._settings = Container(client, database, "settings")
        self._audit = Container(client, database, "audit")

    async def find_key(self, key_id: str) -> ApiKey | None:
        name = key_document_id(key_id)
        found = await read_document(self._settings, name, partition_key=name)
        return None if found is None else ApiKey.from_document(found)

    async def list_keys(self, owner_id: str | None) -> list[ApiKey]:
        query, values = _KEYS, {}
        if owner_id is not None:
            query, values = f"{_KEYS} AND c.ownerId = @owner", {"owner": owner_id}
        found = self._settings.query_items(query, parameters=query_parameters(**values))
        keys = [read_sound(ApiKey.from_document, document) async for document in found]
        sound = [key for key in keys if key is not None]
        return sorted(sound, key=lambda key: (-key.created_at, key.key_id))

    async def save_key(self, key: ApiKey) -> None:
        await self._settings.upsert_item(key.to_document())

    async def delete_key(self, key_id: str) -> None:
        name = key_document_id(key_id)
        try:
            await self._settings.delete_item(name, partition_key=name)
        except CosmosResourceNotFoundError:
            return

    async def save_audit(self, document: Document) -> None:
        await self._audit.upsert_item(dict(document))
