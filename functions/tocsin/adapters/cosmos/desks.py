"""Cosmos DB: the rules, the board and the deliveries of each site.

As with incidents, all of a site is in one partition, and each change that is decided from what is
stored also replaces the site's document ``board``, on the condition that it is the one that was
read. Only what became of a claimed delivery is written without it: it is nobody else's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from azure.cosmos.aio import CosmosClient

from tocsin.adapters.cosmos.audit import write_audit
from tocsin.adapters.cosmos.client import list_page, query_parameters
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.fence import write_fenced
from tocsin.adapters.failures import tell_apart
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.notifications.delivery import Delivery, DeliveryPage, DeliveryQuery
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.desk_documents import read_desk
from tocsin.domain.notifications.documents import (
    BOARD,
    DELIVERY,
    read_delivery,
    write_board,
    write_delivery,
)
from tocsin.domain.notifications.rule import Rule, Switch
from tocsin.domain.notifications.rule_documents import name_rule, write_rule, write_switch
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document

_DESK = (
    "SELECT * FROM c WHERE c.siteId = @site AND (c.type != @delivery OR c.status = 'pending') "
    "ORDER BY c.id"
)
_SITES = "SELECT DISTINCT VALUE c.siteId FROM c WHERE c.type = 'rule' OR c.status = 'pending'"


log = logging.getLogger(__name__)


class CosmosDesks:
    """The port Desks over one database."""

    def __init__(self, client: CosmosClient, database: str) -> None:
        self._notifications = Container(client, database, "notifications")
        self._audit = Container(client, database, "audit")

    async def load_desk(self, site_id: str) -> Desk:
        with tell_apart("the notifications of a site cannot be looked up"):
            found = [
                document
                async for document in self._notifications.query_items(
                    _DESK,
                    parameters=query_parameters(site=site_id, delivery=DELIVERY),
                    partition_key=site_id,
                )
            ]
        mark = next((str(each["_etag"]) for each in found if each.get("id") == BOARD), None)
        return read_desk(site_id, found, mark, _tell_damaged)

    async def save_turn(self, desk: Desk, deliveries: Sequence[Delivery]) -> Desk:
        writes = [("upsert", (write_delivery(delivery),)) for delivery in deliveries]
        return replace(desk, mark=await self._write(desk, writes))

    async def save_rule(self, desk: Desk, rule: Rule) -> None:
        await self._write(desk, [("upsert", (write_rule(rule),))])

    async def delete_rule(self, desk: Desk, rule_id: str) -> None:
        if desk.find_rule(rule_id) is not None:
            await self._write(desk, [("delete", (name_rule(rule_id),))])

    async def save_switch(self, desk: Desk, switch: Switch) -> None:
        await self._write(desk, [("upsert", (write_switch(desk.site_id, switch),))])

    async def save_outcome(self, delivery: Delivery) -> None:
        with tell_apart("what became of a delivery is not kept"):
            await self._notifications.upsert_item(write_delivery(delivery))

    async def list_deliveries(self, query: DeliveryQuery) -> DeliveryPage:
        conditions, values = _conditions_of(query)
        with tell_apart("the deliveries of a site cannot be listed"):
            return DeliveryPage(
                *await list_page(
                    self._notifications,
                    query.site_id,
                    conditions,
                    values,
                    most=query.most,
                    read=read_delivery,
                )
            )

    async def list_notifying_sites(self) -> list[str]:
        with tell_apart("the sites that notify cannot be looked up"):
            return list_sites([site async for site in self._notifications.query_items(_SITES)])

    async def record(self, documents: Sequence[Document]) -> None:
        await write_audit(self._audit, documents)

    async def _write(self, desk: Desk, writes: Sequence[Any]) -> str:
        board = write_board(desk.site_id, desk.board)
        return await write_fenced(
            self._notifications, desk.site_id, board, desk.mark, writes, what="notifications"
        )


def _tell_damaged(error: DamagedDocumentError) -> None:
    log.error("Left out of the notifications: %s", error)


def _conditions_of(query: DeliveryQuery) -> tuple[list[str], dict[str, Any]]:
    conditions = ["c.siteId = @site", "c.type = @type"]
    values: dict[str, Any] = {"site": query.site_id, "type": DELIVERY}
    for name, field, value in (
        ("status", "c.status", query.status),
        ("channel", "c.target.channel", query.channel),
        ("rule", "c.rule", query.rule_id),
    ):
        if value is not None:
            conditions.append(f"{field} = @{name}")
            values[name] = value
    if query.incident_id is not None:
        conditions.append("ARRAY_CONTAINS(c.incidentIds, @incident)")
        values["incident"] = query.incident_id
    if query.before is not None:
        conditions.append("c.id < @before")
        values["before"] = query.before
    return conditions, values
