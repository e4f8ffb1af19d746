"""A dead-letter box in memory."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tocsin.domain.errors import DeliveryError, RefusedError
from tocsin.domain.letters.dead_letters import Letter
from tocsin.domain.letters.letter_summary import LetterSummary, find_path, name_letter
from tocsin.usecases.ports.documents import Document


class FakeDeadLetters:
    """The ports DeadLetters and LetterBox. ``files``: document by path; ``away`` makes every call
    fail. ``refused``: reasons whose letters it never takes.
    """

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.away = False
        self.refused: set[str] = set()
        self._at: dict[str, int] = {}
        self._devices: dict[str, str | None] = {}
        self._replayed: dict[str, int] = {}

    async def put(self, letter: Letter) -> None:
        self._reach()
        if letter.reason in self.refused:
            raise RefusedError(f"the box takes no letter {letter.reason}")
        self.files[letter.path] = json.loads(json.dumps(letter.document(), allow_nan=False))
        self._at[letter.path] = letter.at
        self._devices[letter.path] = letter.device_id
        self._replayed.pop(letter.path, None)

    async def list_day(self, day: date, *, most: int) -> list[LetterSummary]:
        self._reach()
        return [
            LetterSummary(
                letter_id, self._at[path], document["kind"], document["reason"],
                self._replayed.get(path), self._devices[path],
            )
            for path, document in sorted(self.files.items())
            if path.startswith(f"{day:%Y/%m/%d}/") and (letter_id := name_letter(path))
        ][:most]  # fmt: skip

    async def read(self, letter_id: str) -> Document | None:
        self._reach()
        path = find_path(letter_id)
        if path is None or path not in self.files:
            return None
        return {**self.files[path], "replayedAt": self._replayed.get(path)}

    async def mark_replayed(self, letter_id: str, at_ms: int) -> None:
        self._reach()
        path = find_path(letter_id)
        if path is not None and path in self.files:
            self._replayed[path] = at_ms

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the dead-letter box is away")

    @property
    def reasons(self) -> list[str]:
        return [str(document["reason"]) for document in self.files.values()]
