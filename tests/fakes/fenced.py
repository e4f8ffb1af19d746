"""What the fakes of incidents and of notifications have in common: documents by site, of which two
who decided from the same state never both change some, and an audit."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from tests.fakes.documents import CrashError
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.usecases.ports.documents import Document


class FencedDocuments:
    """``kept``: documents as JSON by site and id; ``audit``: records by id.

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

    async def record(self, documents: Sequence[Document]) -> None:
        self.reach()
        for document in documents:
            self.count_write()
            self.audit[document["id"]] = json.loads(json.dumps(document, allow_nan=False))

    def damage(self, site_id: str, document_id: str, **fields: object) -> None:
        """Have a document changed by somebody who does not know its form."""
        document = json.loads(self.kept[site_id, document_id])
        self.kept[site_id, document_id] = json.dumps({**document, **fields})

    def find_mark(self, site_id: str) -> str | None:
        mark = self.marks.get(site_id)
        return None if mark is None else str(mark)

    def list_documents(self, site_id: str) -> list[dict[str, Any]]:
        """All of a site, by id."""
        kept = sorted(self.kept.items())
        return [json.loads(text) for (site, _), text in kept if site == site_id]

    async def save(self, site_id: str, mark: str | None, documents: Iterable[Document]) -> str:
        """All or none, where *mark* is still the site's; gives the mark after that."""
        self.reach()
        waiting, self.meanwhile = self.meanwhile, []
        for act in waiting:
            await act()
        if mark != self.find_mark(site_id):
            raise ChangedMeanwhileError(f"{site_id} changed meanwhile")
        changed = [*documents]
        if any("/" in document["id"] for document in changed):
            raise RefusedError("no document can have such an id")
        self.count_write()
        self.marks[site_id] = self.marks.get(site_id, 0) + 1
        for document in changed:
            self.keep(site_id, document)
        return str(self.marks[site_id])

    def keep(self, site_id: str, document: Document) -> None:
        self.kept[site_id, document["id"]] = json.dumps(document, allow_nan=False)

    def count_write(self) -> None:
        if self.crash_after is not None:
            if self.crash_after == 0:
                raise CrashError
            self.crash_after -= 1
        self.writes += 1

    def reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")
