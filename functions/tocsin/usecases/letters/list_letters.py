"""The dead letters of some days, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.letters.dead_letters import REASONS
from tocsin.domain.letters.letter_summary import LetterPosition, LetterQuery, LetterSummary
from tocsin.usecases.ports.letters import LetterBox

MOST_A_DAY = 5_000  # one page of the service; a day with more is not listed to its end


async def list_letters(
    query: LetterQuery, box: LetterBox
) -> tuple[list[LetterSummary], LetterPosition | None]:
    """Letters, and where the next page begins; None at the end.

    Raises InvalidRequestError for a range of too many days, and for a reason that no letter has:
    an empty list would say that all is well.
    """
    if query.reason is not None and query.reason not in REASONS:
        raise InvalidRequestError(
            f"there is no reason {query.reason!r:.80}; the reasons are {', '.join(REASONS)}"
        )
    found: list[LetterSummary] = []
    for day in query.list_days():
        of_day = filter(query.takes, await box.list_day(day, most=MOST_A_DAY))
        found += sorted(of_day, key=lambda letter: letter.position.order)
        if len(found) > query.most:
            break
    page = found[: query.most]
    return page, page[-1].position if len(found) > query.most else None


async def count_sidelined(box: LetterBox, now_ms: int) -> int:
    """How many letters of the last 24 hours nobody has replayed; at most a page a day."""
    today = datetime.fromtimestamp(now_ms / 1_000, tz=UTC).date()
    letters = [
        letter
        for day in (today, today - timedelta(days=1))
        for letter in await box.list_day(day, most=MOST_A_DAY)
    ]
    since = now_ms - 24 * 60 * 60 * 1_000
    return sum(letter.at >= since and letter.replayed_at is None for letter in letters)
