"""A dead-letter box in memory."""

from __future__ import annotations

import json
from typing import Any

from tocsin.domain.dead_letters import Letter
from tocsin.domain.errors import DeliveryError


class FakeDeadLetters:
    """The port DeadLetters. ``files``: document by path; ``away`` makes every call fail."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.away = False

    async def put(self, letter: Letter) -> None:
        if self.away:
            raise DeliveryError("the dead-letter box is away")
        self.files[letter.path] = json.loads(json.dumps(letter.document(), allow_nan=False))

    @property
    def reasons(self) -> list[str]:
        return [str(document["reason"]) for document in self.files.values()]
