"""Cosmos DB: the plans of each site, how it stands, and what operators set for it."""

from __future__ import annotations

import logging

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import (
    CosmosResourceNotFoundError,
)

from tocsin.adapters.cosmos.client import query_parameters, read_document, save_unchanged
from tocsin.adapters.cosmos.container import Container
from tocsin.domain.plans.restraint import Hold
from tocsin.domain.plans.site_standing import STANDING_ID, SiteStanding
from tocsin.domain.plans.stored_plan import PlanPage, StoredPlan, plan_id, read_plans
from tocsin.domain.settings.site_settings import Kind, StoredSetting, setting_id
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document

log = logging.getLogger(__name__)

_PLANS = (
    "SELECT TOP @count * FROM c WHERE c.siteId = @site AND c.type = 'plan' "
    "AND c.version < @before ORDER BY c.version DESC"
)
_RECENT = (
    "SELECT * FROM c WHERE c.siteId = @site AND c.type = 'plan' "
    "AND (c.createdAt >= @since OR c.open = true) ORDER BY c.version DESC"
)
_OF_KIND = "SELECT * FROM c WHERE c.type = @kind"
_PLANNED_SITES = "SELECT VALUE c.siteId FROM c WHERE c.type = 'tasks'"


log = logging.getLogger(__name__)


class CosmosSites:
    """The ports Plans and SiteSettings over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._plans = Container(client, database, "plans")
        self._settings = Container(client, database, "settings")
        self._audit = Container(client, database, "audit")

    async def find_plan(self, site_id: str, version: int) -> StoredPlan | None:
        found = await read_document(self._plans, plan_id(version), partition_key=site_id)
        return None if found is None else StoredPlan.from_document(found)

    async def list_plans(self, site_id: str, *, before_version: int, most: int) -> PlanPage:
        found = await self._query(_PLANS, site_id, count=most, before=before_version)
        page = read_plans(found)
        for why in page.damaged.values():
            log.error("Left out: %s", why)
        return page

    async def list_recent(self, site_id: str, *, since_ms: int) -> list[StoredPlan]:
        found = await self._query(_RECENT, site_id, since=since_ms)
        return [*map(StoredPlan.from_document, found)]

    async def save_plan(self, plan: StoredPlan) -> None:
        await self._plans.upsert_item(plan.to_document())

    async def find_standing(self, site_id: str) -> SiteStanding | None:
        found = await read_document(self._plans, STANDING_ID, partition_key=site_id)
        return None if found is None else SiteStanding.from_document(found)

    async def save_standing(self, standing: SiteStanding) -> None:
        await self._plans.upsert_item(standing.to_document())

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        name = setting_id(kind, site_id)
        try:
            found = await self._settings.read_item(name, partition_key=name)
        except CosmosResourceNotFoundError:
            return None
        return StoredSetting.from_document(found, etag=str(found["_etag"]))

    async def replace_setting(self, setting: StoredSetting) -> None:
        document = setting.to_document()
        await save_unchanged(
            self._settings,
            document,
            setting.etag,
            f"{document['id']} was changed by someone else; try again",
        )

    async def list_settings(self, kind: Kind) -> list[StoredSetting]:
        found = self._settings.query_items(_OF_KIND, parameters=query_parameters(kind=kind))
        settings: list[StoredSetting] = []
        async for document in found:
            try:
                settings.append(StoredSetting.from_document(document, etag=str(document["_etag"])))
            except (KeyError, TypeError, AttributeError) as error:
                log.error("The setting %.80r is damaged: %r", document.get("id"), error)  # noqa: TRY400 (told)
        return settings

    async def list_planned_sites(self) -> list[str]:
        return list_sites([site async for site in self._settings.query_items(_PLANNED_SITES)])

    async def record_hold(self, site_id: str, hold: Hold) -> None:
        await self._audit.upsert_item(hold.to_audit(site_id))

    async def record_change(self, setting: StoredSetting) -> None:
        await self._audit.upsert_item(setting.to_audit())

    async def _query(self, query: str, site_id: str, **values: int) -> list[Document]:
        found = self._plans.query_items(
            query, parameters=query_parameters(site=site_id, **values), partition_key=site_id
        )
        return [document async for document in found]
