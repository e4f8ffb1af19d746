"""The marks on the alerts of a database in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.fakes.store import FakeStore
from tocsin.domain.alerts.alert_marks import AlertKey, Mark
from tocsin.domain.errors import DeliveryError, RefusedError
from tocsin.usecases.ports.documents import Document

MARKS = ("shownAt", "askedAt", "joinedAt")


class FakeAlertMarks:
    """The port AlertMarks. ``away`` makes every call fail; ``refused``: what takes no mark."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.away = False
        self.refused: set[AlertKey] = set()
        self._aside: set[AlertKey] = set()

    async def find_owed(self, *, stored_before_ms: int, most: int) -> list[Document]:
        self._reach()
        written = self._store.written_s
        found: list[Document] = [
            {**json.loads(text), "_ts": written[key]}
            for key, text in self._store.containers["alerts"].items()
            if written[key] < stored_before_ms // 1_000 and AlertKey(*key) not in self._aside
        ]
        owed = [document for document in found if _is_owed(document)]
        return sorted(owed, key=lambda document: int(document["_ts"]))[:most]

    async def mark(self, key: AlertKey, marks: Mapping[Mark, int]) -> None:
        self._reach()
        if key in self.refused:
            raise RefusedError("the database marked no alert")
        alerts = self._store.containers["alerts"]
        place = (key.device_id, key.document_id)
        if place in alerts:
            alerts[place] = json.dumps({**json.loads(alerts[place]), **marks})

    async def set_aside(self, key: AlertKey, at_ms: int) -> None:
        self._reach()
        self._aside.add(key)

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")


def _is_owed(document: Document) -> bool:
    waits = any(name in document and document[name] is None for name in MARKS)
    return waits and "sidelinedAt" not in document and isinstance(document["deviceId"], str)
