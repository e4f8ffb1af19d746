"""Notifications in memory: the ports Desks, Sender, Bell and PoisonWatch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.fakes.store import CrashError
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, InvalidRequestError
from tocsin.domain.notifications.delivery import Delivery, DeliveryPage, DeliveryQuery
from tocsin.domain.notifications.desk import Board, Desk
from tocsin.domain.notifications.documents import (
    BOARD,
    DELIVERY,
    read_board,
    read_delivery,
    write_board,
    write_delivery,
)
from tocsin.domain.notifications.rule import Rule, Switch, Target
from tocsin.domain.notifications.rule_documents import (
    RULE,
    SWITCH,
    name_rule,
    read_rule,
    read_switch,
    write_rule,
    write_switch,
)
from tocsin.domain.notifications.words import Note
from tocsin.domain.sites import list_sites
from tocsin.usecases.ports.documents import Document


class FakeDesks:
    """The port Desks. ``kept``: documents as JSON by site and id; ``audit``: records by id.

    ``away`` makes every call fail; ``crash_after``: so many writes succeed, then the process
    "ends". ``meanwhile``: done just before the next write, as another process would.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.marks: dict[str, int] = {}
        self.audit: dict[str, dict[str, Any]] = {}
        self.away = False
        self.crash_after: int | None = None
        self.meanwhile: list[Callable[[], Awaitable[object]]] = []
        self.writes = 0

    async def load_desk(self, site_id: str) -> Desk:
        self._reach()
        found = self._documents(site_id)
        boards = [read_board(each) for each in found if each["type"] == BOARD]
        switches = [read_switch(each) for each in found if each["type"] == SWITCH]
        deliveries = [each for each in found if each["type"] == DELIVERY]
        mark = self.marks.get(site_id)
        return Desk(
            site_id,
            next(iter(boards), Board()),
            tuple(read_rule(each) for each in found if each["type"] == RULE),
            next(iter(switches), Switch()),
            tuple(read_delivery(each) for each in deliveries if each["status"] == "pending"),
            None if mark is None else str(mark),
        )

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
        self._reach()
        self._write()
        self._keep(delivery.site_id, write_delivery(delivery))

    async def list_deliveries(self, query: DeliveryQuery) -> DeliveryPage:
        self._reach()
        found = [each for each in self.all(query.site_id) if _matches(each, query)][::-1]
        shown = tuple(found[: query.most])
        return DeliveryPage(shown, shown[-1].delivery_id if len(found) > query.most else None)

    async def list_notifying_sites(self) -> list[str]:
        self._reach()
        documents = [(site, json.loads(text)) for (site, _), text in self.kept.items()]
        return list_sites(
            {
                site
                for site, document in documents
                if document["type"] == RULE or document.get("status") == "pending"
            }
        )

    async def record(self, documents: Sequence[Document]) -> None:
        self._reach()
        for document in documents:
            self._write()
            self.audit[document["id"]] = json.loads(json.dumps(document, allow_nan=False))

    def all(self, site_id: str = "north") -> list[Delivery]:
        """Every delivery of a site, by id."""
        found = self._documents(site_id)
        return [read_delivery(document) for document in found if document["type"] == DELIVERY]

    def _documents(self, site_id: str) -> list[dict[str, Any]]:
        kept = sorted(self.kept.items())
        return [json.loads(text) for (site, _), text in kept if site == site_id]

    async def _save(self, desk: Desk, documents: Any) -> str:  # noqa: ANN401 (any iterable)
        self._reach()
        waiting, self.meanwhile = self.meanwhile, []
        for act in waiting:
            await act()
        mark = self.marks.get(desk.site_id)
        if desk.mark != (None if mark is None else str(mark)):
            raise ChangedMeanwhileError("the notifications changed meanwhile")
        self._write()
        self.marks[desk.site_id] = (mark or 0) + 1
        for document in (write_board(desk.site_id, desk.board), *documents):
            self._keep(desk.site_id, document)
        return str(self.marks[desk.site_id])

    def _keep(self, site_id: str, document: Document) -> None:
        self.kept[site_id, document["id"]] = json.dumps(document, allow_nan=False)

    def _write(self) -> None:
        if self.crash_after is not None:
            if self.crash_after == 0:
                raise CrashError
            self.crash_after -= 1
        self.writes += 1

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")


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
