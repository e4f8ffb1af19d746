"""How dead letters are named and listed, without reading each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tocsin.domain.errors import InvalidRequestError

_PATH = re.compile(r"(\d{4})/(\d{2})/(\d{2})/([A-Za-z0-9-]{1,120})\.json")
_ID = re.compile(r"(\d{4})-(\d{2})-(\d{2})-([A-Za-z0-9-]{1,120})")
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class LetterSummary:
    """One dead letter of a list. ``at``, ``replayed_at``: ms.

    ``kind``, ``reason``, ``device_id``: None for one from before they were kept beside it; no
    device where what is damaged names none.
    """

    letter_id: str
    at: int
    kind: str | None
    reason: str | None
    replayed_at: int | None
    device_id: str | None = None

    @property
    def position(self) -> LetterPosition:
        return LetterPosition(self.at, self.letter_id)

    def to_document(self) -> dict[str, Any]:
        return {
            "id": self.letter_id,
            "at": self.at,
            "kind": self.kind,
            "reason": self.reason,
            "deviceId": self.device_id,
            "replayedAt": self.replayed_at,
        }


@dataclass(frozen=True, slots=True)
class LetterPosition:
    """Where a list of dead letters, newest first, goes on: behind this one."""

    at: int
    letter_id: str

    @property
    def order(self) -> tuple[int, str]:
        """Sorts as the list does."""
        return -self.at, self.letter_id

    def to_text(self) -> str:
        return f"{self.at}:{self.letter_id}"

    @classmethod
    def from_text(cls, text: str) -> LetterPosition:
        """What ``to_text`` made. Raises InvalidRequestError when it is none of these."""
        at, _, letter_id = text.partition(":")
        if not (at.isascii() and at.isdigit() and len(at) <= 15 and _ID.fullmatch(letter_id)):
            raise InvalidRequestError(
                f"{text!r:.80} is no position in a list of dead letters; use one that a page gave"
            )
        return cls(int(at), letter_id)


@dataclass(frozen=True, slots=True)
class LetterQuery:
    """Dead letters *from_t* to *to_t* (ms), at most *most* behind *before*, of one *reason* and one
    device; None for any."""

    from_t: int
    to_t: int
    reason: str | None = None
    device_id: str | None = None
    before: LetterPosition | None = None
    most: int = 50

    def takes(self, letter: LetterSummary) -> bool:
        return (
            self.from_t <= letter.at <= self.to_t
            and self.reason in {None, letter.reason}
            and self.device_id in {None, letter.device_id}
            and (self.before is None or letter.position.order > self.before.order)
        )

    def list_days(self) -> Sequence[date]:
        """The days (UTC) it covers, the newest first.

        Raises InvalidRequestError for more than there can be.
        """
        try:
            first = datetime.fromtimestamp(self.from_t / 1_000, tz=UTC).date()
            last = datetime.fromtimestamp(self.to_t / 1_000, tz=UTC).date()
        except (ValueError, OverflowError, OSError) as error:
            raise InvalidRequestError("from and to must be times in ms") from error
        if not 0 <= (last - first).days < MOST_DAYS:
            raise InvalidRequestError(f"from must be before to, by at most {MOST_DAYS} days")
        days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
        if self.before is None:
            return days
        # A letter lies in the folder of its own time, so none behind the position is newer.
        newest = datetime.fromtimestamp(self.before.at / 1_000, tz=UTC).date()
        return [day for day in days if day <= newest]


def name_letter(path: str) -> str | None:
    """The id of the letter at *path*; None for a file that is no letter."""
    found = _PATH.fullmatch(path)
    return None if found is None else "-".join(found.groups())


def find_path(letter_id: str) -> str | None:
    """Where the letter is kept; None for what is no letter's id."""
    found = _ID.fullmatch(letter_id)
    return None if found is None else "{}/{}/{}/{}.json".format(*found.groups())
