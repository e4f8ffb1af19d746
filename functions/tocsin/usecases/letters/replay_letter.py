"""Have what a dead letter holds go its way once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.domain.errors import DamagedDocumentError, DeliveryError, NotFoundError
from tocsin.domain.letters.dead_letters import parse_envelope
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.sites import site_or_unassigned
from tocsin.usecases.incidents.push_alerts import Doors, push_alerts
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.letters import LetterBox
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.scoring.score_readings import Outcome

Score = Callable[[Sequence[Envelope]], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of a letter: ``reason`` and ``text`` where it was refused again."""

    letter_id: str
    outcome: Literal["scored", "shown", "refused"]
    reason: str | None = None
    text: str | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "id": self.letter_id,
            "outcome": self.outcome,
            "reason": self.reason,
            "text": self.text,
        }


async def find_letter(letter_id: str, box: LetterBox) -> Document:
    """Raises NotFoundError."""
    found = await box.read(letter_id)
    if found is None:
        raise NotFoundError(f"there is no dead letter {letter_id!r:.140}")
    return found


async def replay_letter(
    letter_id: str, *, box: LetterBox, doors: Doors, score: Score, audit: Feedback, operator: str
) -> Replay:
    """Score the message, or show the alert, of a letter; done twice it changes nothing more.

    A letter is marked once what it holds went through, and stays as it is where that is refused
    again. Raises NotFoundError, and DeliveryError while a service that it needs is away.
    """
    letter = await find_letter(letter_id, box)
    if letter.get("kind") == "alert":
        replay = await _show(letter_id, letter, box, doors)
    else:
        replay = await _score(letter_id, letter, box, score)
    now_ms = doors.now_ms()
    if replay.outcome != "refused":
        await box.mark_replayed(letter_id, now_ms)
    await audit.save_audit(_record(letter, replay, operator, now_ms))
    return replay


async def _score(letter_id: str, letter: Document, box: LetterBox, score: Score) -> Replay:
    try:
        envelope = parse_envelope(letter)
    except DamagedDocumentError as error:
        return Replay(letter_id, "refused", "damaged", str(error))
    outcome = await score([envelope])
    return (
        await _read_again(letter_id, box) if outcome.dead_letters else Replay(letter_id, "scored")
    )


async def _show(letter_id: str, letter: Document, box: LetterBox, doors: Doors) -> Replay:
    alert = letter.get("alert")
    if not isinstance(alert, dict):
        return Replay(letter_id, "refused", "damaged", "the dead letter holds no alert")
    # As old as it was: what is refused again is to overwrite this very letter.
    stored_s = letter["storedAt"] // 1_000 if isinstance(letter.get("storedAt"), int) else None
    again = {**alert, "shownAt": None, "sidelinedAt": None, "_ts": stored_s}
    outcome = await push_alerts([again], doors)
    if any("shownAt" in marks for marks in outcome.marks.values()):
        return Replay(letter_id, "shown")
    if outcome.sidelined:
        return await _read_again(letter_id, box)
    raise DeliveryError("the live service does not answer")


async def _read_again(letter_id: str, box: LetterBox) -> Replay:
    """What was refused has written its letter anew."""
    letter = await find_letter(letter_id, box)
    return Replay(letter_id, "refused", letter.get("reason"), letter.get("text"))


def _record(letter: Document, replay: Replay, operator: str, at_ms: int) -> dict[str, Any]:
    content = letter.get("alert") or letter
    return {
        "id": f"{at_ms}-dead-letter:{replay.letter_id}",
        "type": "dead-letter",
        "siteId": site_or_unassigned(content.get("siteId")),
        "deviceId": letter.get("deviceId"),
        "by": operator,
        "at": at_ms,
        "before": {"reason": letter.get("reason"), "text": letter.get("text")},
        "after": {"outcome": replay.outcome, "reason": replay.reason, "text": replay.text},
    }
