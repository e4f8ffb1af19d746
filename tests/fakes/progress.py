"""How far each partition's scoring has come, in memory."""

from __future__ import annotations

import json

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.progress import Progress


class FakeProgress:
    """The port ProgressLog. ``saved``: how often; ``away`` makes every call fail."""

    def __init__(self) -> None:
        self.saved = 0
        self.away = False
        self._documents: dict[str, str] = {}

    async def save_progress(self, progress: Progress) -> None:
        self._reach()
        document = progress.to_document()
        self._documents[document["id"]] = json.dumps(document)
        self.saved += 1

    async def list_progress(self) -> list[Progress]:
        self._reach()
        return [Progress.from_document(json.loads(text)) for text in self._documents.values()]

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")
