"""Notifications in memory: the ports Desks, Sender, Bell and PoisonWatch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tests.fakes.fenced import FencedDocuments
from tocsin.domain.errors import DamagedDocumentError, DeliveryError, InvalidRequestError
from tocsin.domain.notifications.delivery import Delivery, DeliveryPage, DeliveryQuery
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.desk_documents import read_desk
from tocsin.domain.notifications.documents import (
    DELIVERY,
    read_delivery,
    write_board,
    write_delivery,
)
from tocsin.domain.notifications.rule import Rule, Switch, Target
from tocsin.domain.notifications.rule_documents import RULE, name_rule, write_rule, write_switch
from tocsin.domain.notifications.words import Note
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document


class FakeDesks(FencedDocuments):
    """The port Desks. ``damaged``: what was left out when a desk was loaded last."""

    def __init__(self) -> None:
        super().__init__()
        self.damaged: list[DamagedDocumentError] = []

    async def load_desk(self, site_id: str) -> Desk:
        self.reach()
        self.damaged = []
        found = [
            document
            for document in self.list_documents(site_id)
            if document["type"] != DELIVERY or document["status"] == "pending"
        ]
        return read_desk(site_id, found, self.find_mark(site_id), self.damaged.append)

    async def save_turn(self, desk: Desk, deliveries: Sequence[Delivery]) -> Desk:
        assert len(deliveries) < 100, "the database takes 100 documents in one write"
        return replace(desk, mark=await self._save(desk, map(write_delivery, deliveries)))

    async def save_rule(self, desk: Desk, rule: Rule) -> None:
        await self._save(desk, [write_rule(rule)])

    async def delete_rule(self, desk: Desk, rule_id: str) -> None:
        if desk.find_rule(rule_id) is not None:
            await self._save(desk, [])
            self.kept.pop((desk.site_id, name_rule(rule_id)), None)

    async def save_switch(self, desk: Desk, switch: Switch) -> None:
        await self._save(desk, [write_switch(desk.site_id, switch)])

    async def save_outcome(self, delivery: Delivery) -> None:
        self.reach()
        self.count_write()
        self.keep(delivery.site_id, write_delivery(delivery))

    async def list_deliveries(self, query: DeliveryQuery) -> DeliveryPage:
        self.reach()
        found = [each for each in self.all(query.site_id) if _matches(each, query)][::-1]
        shown = tuple(found[: query.most])
        return DeliveryPage(shown, shown[-1].delivery_id if len(found) > query.most else None)

    async def list_notifying_sites(self) -> list[str]:
        self.reach()
        documents = [(site, json.loads(text)) for (site, _), text in self.kept.items()]
        return list_sites(
            {
                site
                for site, document in documents
                if document["type"] == RULE or document.get("status") == "pending"
            }
        )

    def all(self, site_id: str = "north") -> list[Delivery]:
        """Every delivery of a site, by id."""
        found = self.list_documents(site_id)
        return [read_delivery(document) for document in found if document["type"] == DELIVERY]

    async def _save(self, desk: Desk, documents: Iterable[Document]) -> str:
        board = write_board(desk.site_id, desk.board)
        return await self.save(desk.site_id, desk.mark, [board, *documents])


class FakeSender:
    """The port Sender. ``sent``: what arrived; ``fails``: raised by the next attempts, by name of
    the target or ``*``; ``hangs``: never answers. ``names``: what there is, None for anything."""

    def __init__(self, names: frozenset[str] | None = None) -> None:
        self.sent: list[tuple[str, Note]] = []
        self.attempts = 0
        self.fails: dict[str, Exception] = {}
        self.hangs = False
        self.names = names

    def check(self, target: Target) -> None:
        if self.names is not None and target.name not in self.names:
            raise InvalidRequestError(f"there is no {target.name!r}")

    async def send(self, target: Target, note: Note) -> None:
        self.attempts += 1
        if self.hangs:
            await asyncio.Event().wait()
        error = self.fails.get(target.name) or self.fails.get("*")
        if error is not None:
            raise error
        self.sent.append((target.name, note))

    def list_kinds(self) -> list[tuple[str, str]]:
        """Name of the target and kind of what arrived, in order."""
        return [(name, note.kind) for name, note in self.sent]


class FakeBell:
    """The port Bell. ``rung``: the sites that were rung for."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.away = False

    async def ring(self, site_id: str) -> None:
        if self.away:
            raise DeliveryError("the queue is away")
        self.rung.append(site_id)


class FakePoison:
    """The port PoisonWatch."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {"rebalance-requests-poison": 0, "notifications-poison": 0}
        self.away = False

    async def count_poison(self) -> Mapping[str, int]:
        if self.away:
            raise DeliveryError("the queues are away")
        return self.counts


def _matches(delivery: Delivery, query: DeliveryQuery) -> bool:
    channel = None if delivery.target is None else delivery.target.channel
    return (
        query.status in {None, delivery.status}
        and query.channel in {None, channel}
        and query.rule_id in {None, delivery.rule_id}
        and (query.incident_id is None or query.incident_id in delivery.incident_ids)
        and (query.before is None or delivery.delivery_id < query.before)
    )
