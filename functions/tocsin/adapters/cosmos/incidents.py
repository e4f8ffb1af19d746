"""Cosmos DB: the incidents and maintenance windows of each site.

All of a site is in one partition, and each change of it also replaces the site's document ``board``
on the condition that it is the one that was read. So whoever decides from what is stored decides
alone, without a lease that could be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos.audit import write_audit
from tocsin.adapters.cosmos.client import (
    list_page,
    query_parameters,
    read_document,
    read_sound,
)
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.fence import write_fenced
from tocsin.adapters.failures import tell_apart
from tocsin.domain.incidents.documents import INCIDENT, read_incident, write_incident
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentPage, IncidentQuery, LiveSite
from tocsin.domain.incidents.window_documents import WINDOW, read_window, write_window
from tocsin.domain.incidents.windows import Window
from tocsin.domain.messages.decode import can_be_kept
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document

BOARD = "board"
_LIVE = (
    "SELECT * FROM c WHERE c.siteId = @site AND (c.live = true OR c.type = @window) ORDER BY c.id"
)
_HELD_ALERTS = (
    "SELECT c.alertIds FROM c WHERE c.siteId = @site "
    "AND EXISTS (SELECT VALUE a FROM a IN c.alertIds WHERE ARRAY_CONTAINS(@ids, a))"
)
_ANNOUNCING_SITES = (
    "SELECT DISTINCT VALUE c.siteId FROM c WHERE c.type = 'window' AND c.announce = true"
)
_LIVE_SITES = "SELECT DISTINCT VALUE c.siteId FROM c WHERE c.live = true"


class CosmosIncidents:
    """The port Incidents over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._incidents = Container(client, database, "incidents")
        self._audit = Container(client, database, "audit")

    async def load_site(self, site_id: str) -> LiveSite:
        with tell_apart("the incidents of a site cannot be looked up"):
            # The mark first: what is read after it is no older.
            mark = await self._read_mark(site_id)
            found = [
                document
                async for document in self._incidents.query_items(
                    _LIVE,
                    parameters=query_parameters(site=site_id, window=WINDOW),
                    partition_key=site_id,
                )
            ]
        incidents = [
            read_sound(read_incident, document)
            for document in found
            if document.get("type") == INCIDENT
        ]
        windows = [
            read_sound(read_window, document)
            for document in found
            if document.get("type") == WINDOW
        ]
        return LiveSite(
            site_id,
            tuple(incident for incident in incidents if incident is not None),
            tuple(window for window in windows if window is not None),
            mark,
        )

    async def save_incidents(self, site: LiveSite, incidents: Sequence[Incident]) -> LiveSite:
        writes = [("upsert", (write_incident(incident),)) for incident in incidents]
        return replace(site, mark=await self._write(site, writes))

    async def save_window(self, site: LiveSite, window: Window) -> None:
        await self._write(site, [("upsert", (write_window(window),))])

    async def delete_window(self, site: LiveSite, window_id: str) -> None:
        if any(window.window_id == window_id for window in site.windows):
            await self._write(site, [("delete", (window_id,))])

    async def find_settled(self, site_id: str, alert_ids: Sequence[str]) -> frozenset[str]:
        if not alert_ids:
            return frozenset()
        wanted = frozenset(alert_ids)
        with tell_apart("the incidents of alerts cannot be looked up"):
            found = self._incidents.query_items(
                _HELD_ALERTS,
                parameters=query_parameters(site=site_id, ids=[*wanted]),
                partition_key=site_id,
            )
            held = [document async for document in found]
        return wanted & {name for document in held for name in document["alertIds"]}

    async def find_incident(self, site_id: str, incident_id: str) -> Incident | None:
        if not can_be_kept(incident_id):
            return None
        with tell_apart("an incident cannot be looked up"):
            found = await read_document(self._incidents, incident_id, partition_key=site_id)
        is_incident = found is not None and found.get("type") == INCIDENT
        return read_incident(found) if is_incident and found is not None else None

    async def list_incidents(self, query: IncidentQuery) -> IncidentPage:
        conditions, values = _conditions_of(query)
        with tell_apart("the incidents of a site cannot be listed"):
            return IncidentPage(
                *await list_page(
                    self._incidents,
                    query.site_id,
                    conditions,
                    values,
                    most=query.most,
                    read=read_incident,
                )
            )

    async def list_live_sites(self) -> list[str]:
        with tell_apart("the sites with incidents cannot be looked up"):
            return list_sites([site async for site in self._incidents.query_items(_LIVE_SITES)])

    async def list_announcing_sites(self) -> list[str]:
        with tell_apart("the sites with windows cannot be looked up"):
            found = self._incidents.query_items(_ANNOUNCING_SITES)
            return list_sites([site async for site in found])

    async def record(self, documents: Sequence[Document]) -> None:
        await write_audit(self._audit, documents)

    async def _read_mark(self, site_id: str) -> str | None:
        try:
            board = await self._incidents.read_item(BOARD, partition_key=site_id)
        except CosmosResourceNotFoundError:
            return None
        return str(board["_etag"])

    async def _write(self, site: LiveSite, writes: Sequence[Any]) -> str:
        board = {"id": BOARD, "type": BOARD, "siteId": site.site_id}
        return await write_fenced(
            self._incidents, site.site_id, board, site.mark, writes, what="incidents"
        )


def _conditions_of(query: IncidentQuery) -> tuple[list[str], dict[str, Any]]:
    conditions = ["c.siteId = @site", "c.type = @type"]
    values: dict[str, Any] = {"site": query.site_id, "type": INCIDENT}
    if query.states is not None:
        conditions.append("ARRAY_CONTAINS(@states, c.state)")
        values["states"] = sorted(query.states)
    if query.severity is not None:
        conditions.append("c.severity = @severity")
        values["severity"] = query.severity
    if query.device_id is not None:
        conditions.append("ARRAY_CONTAINS(c.deviceIds, @device)")
        values["device"] = query.device_id
    if query.before is not None:
        conditions.append("c.id < @before")
        values["before"] = query.before
    return conditions, values
