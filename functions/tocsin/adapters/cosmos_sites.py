"""Cosmos DB: the plans of each site, how it stands, and what operators set for it."""

from __future__ import annotations

from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos_client import query_parameters, read_document, without_system_fields
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.domain.site_settings import setting_id
from tocsin.planning.results.plan_document import STANDING_ID, plan_id
from tocsin.usecases.ports.documents import Document

_PLANS = (
    "SELECT TOP @count * FROM c WHERE c.siteId = @site AND c.type = 'plan' "
    "AND c.version < @before ORDER BY c.version DESC"
)
_RECENT = (
    "SELECT * FROM c WHERE c.siteId = @site AND c.type = 'plan' "
    "AND (c.createdAt >= @since OR c.open = true) ORDER BY c.version DESC"
)
_PLANNED_SITES = "SELECT VALUE c.siteId FROM c WHERE c.type = 'tasks'"


class CosmosSites:
    """The ports Plans and SiteSettings over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        proxy = client.get_database_client(database)
        self._plans = proxy.get_container_client("plans")
        self._settings = proxy.get_container_client("settings")
        self._audit = proxy.get_container_client("audit")

    async def plan(self, site_id: str, version: int) -> Document | None:
        return await read_document(self._plans, plan_id(version), partition_key=site_id)

    async def plans(self, site_id: str, *, before_version: int, most: int) -> list[Document]:
        return await self._found(_PLANS, site_id, count=most, before=before_version)

    async def recent_plans(self, site_id: str, *, since_ms: int) -> list[Document]:
        return await self._found(_RECENT, site_id, since=since_ms)

    async def save_plan(self, document: Document) -> None:
        await self._plans.upsert_item(dict(document))

    async def standing(self, site_id: str) -> Document | None:
        return await read_document(self._plans, STANDING_ID, partition_key=site_id)

    async def save_standing(self, document: Document) -> None:
        await self._plans.upsert_item(dict(document))

    async def setting(self, kind: str, site_id: str) -> tuple[Document, str] | None:
        name = setting_id(kind, site_id)
        try:
            found = await self._settings.read_item(name, partition_key=name)
        except CosmosResourceNotFoundError:
            return None
        return without_system_fields(found), str(found["_etag"])

    async def replace_setting(self, document: Document, etag: str | None) -> None:
        try:
            if etag is None:
                await self._settings.create_item(dict(document))
            else:
                await self._settings.replace_item(
                    document["id"],
                    dict(document),
                    etag=etag,
                    match_condition=MatchConditions.IfNotModified,
                )
        except (
            CosmosAccessConditionFailedError,
            CosmosResourceExistsError,
            CosmosResourceNotFoundError,
        ) as error:
            raise ChangedMeanwhileError(
                f"{document['id']} was changed by someone else; try again"
            ) from error

    async def planned_sites(self) -> list[str]:
        return sorted([str(site) async for site in self._settings.query_items(_PLANNED_SITES)])

    async def save_audit(self, document: Document) -> None:
        await self._audit.upsert_item(dict(document))

    async def _found(self, query: str, site_id: str, **values: Any) -> list[Document]:  # noqa: ANN401 (any JSON)
        found = self._plans.query_items(
            query, parameters=query_parameters(site=site_id, **values), partition_key=site_id
        )
        return [without_system_fields(document) async for document in found]
