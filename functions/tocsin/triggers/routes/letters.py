"""The HTTP API of dead letters: what could not be used, why, and once more (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from tocsin.domain.access.principal import OPERATOR
from tocsin.domain.letters.letter_summary import LetterPosition, LetterQuery
from tocsin.triggers.api.answers import read_each
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.outputs.alerts import LetterListed, LetterShown, LettersShown, ReplayShown
from tocsin.triggers.scoring import score_with
from tocsin.usecases.letters.list_letters import list_letters
from tocsin.usecases.letters.replay_letter import find_letter, replay_letter

DEFAULT_MAX, MOST = 50, 200
WEEK_MS = 7 * 24 * 60 * 60 * 1_000
AHEAD_MS = 5 * 60 * 1_000
LATEST_MS = 2**52


class LettersQuery(Input):
    """device: only those of this device. cursor: that of the page before. Times in ms; the last
    seven days by default, and what the hub's clock may be ahead."""

    from_t: Annotated[int, Meta(ge=0, le=LATEST_MS)] | None = field(default=None, name="from")
    to_t: Annotated[int, Meta(ge=0, le=LATEST_MS)] | None = field(default=None, name="to")
    reason: str | None = None
    device: str | None = None
    cursor: str | None = None
    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX


class ReplayBody(Input):
    """Empty, and still asked for: a form of another web site cannot send JSON."""


async def list_dead_letters(call: Call[LettersQuery, Nothing]) -> LettersShown:
    """What could not be used, and why; the newest first."""
    query = call.query
    to_t = call.services.now_ms() + AHEAD_MS if query.to_t is None else query.to_t
    wanted = LetterQuery(
        from_t=to_t - WEEK_MS if query.from_t is None else query.from_t,
        to_t=to_t,
        reason=query.reason,
        device_id=query.device,
        before=None if query.cursor is None else LetterPosition.from_text(query.cursor),
        most=query.max,
    )
    letters, older = await list_letters(wanted, call.services.letter_box)
    shown, damaged = read_each(LetterListed, (letter.to_document() for letter in letters))
    return LettersShown(
        dead_letters=shown,
        damaged=damaged,
        cursor=None if older is None else older.to_text(),
    )


async def show_dead_letter(call: Call[Nothing, Nothing]) -> LetterShown:
    """A dead letter, whole."""
    letter_id = call.path["id"]
    letter = await find_letter(letter_id, call.services.letter_box)
    return LetterShown.read({"id": letter_id, **letter})


async def replay_dead_letter(call: Call[Nothing, ReplayBody]) -> ReplayShown:
    """Have what a dead letter holds go its way once more."""
    services = call.services
    replay = await replay_letter(
        call.path["id"],
        box=services.letter_box,
        doors=services.doors,
        score=score_with(services),
        audit=services.feedback,
        operator=call.principal.name,
    )
    return ReplayShown.read(replay.to_document())


ROUTES = (
    Route(
        "dead_letters", "GET", "dead-letters", OPERATOR, LettersQuery, Nothing,
        {200: LettersShown}, list_dead_letters, everywhere=True,
    ),
    Route(
        "dead_letter", "GET", "dead-letters/{id}", OPERATOR, Nothing, Nothing, {200: LetterShown},
        show_dead_letter, fails=frozenset({404}), everywhere=True,
    ),
    Route(
        "replay_dead_letter", "POST", "dead-letters/{id}/replay", OPERATOR, Nothing, ReplayBody,
        {200: ReplayShown}, replay_dead_letter, fails=frozenset({404}), everywhere=True,
    ),
)  # fmt: skip
