"""Whether the system does its work: what stands still, since when, in words that name nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from tocsin.domain.alerts.alert_marks import Mark
from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.progress import Progress
from tocsin.usecases.letters.list_letters import count_sidelined
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.letters import LetterBox
from tocsin.usecases.ports.notifications import PoisonWatch
from tocsin.usecases.ports.showing import AlertMarks, ProgressLog

Status = Literal["healthy", "degraded", "unhealthy"]

# What is owed for longer than this is late, and for longer than that nobody will wait for it.
LATE_S = 30
STANDS_STILL_S = 120
WITHIN_S = 3.0
MOST_LOOKED_AT = 100

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class HealthReport:
    """``reasons``: why it is not healthy. The figures are None where they are not known.

    oldest_unshown_s: age of the oldest alert that was not shown, 0 where all were.
    oldest_unscored_s: age of the oldest message that is known to wait for its score, 0 for none.
    sidelined: dead letters of the last 24 hours that nobody replayed.
    poisoned: requests and rings that failed five times, and that nobody takes up again.
    refused: by profile why its active model bundle is not taken, so that an older one scores, or
        none.
    """

    status: Status
    database: bool
    reasons: tuple[str, ...]
    oldest_unshown_s: int | None = None
    oldest_unscored_s: int | None = None
    sidelined: int | None = None
    refused: Mapping[str, str] | None = None
    poisoned: int | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "database": "answers" if self.database else "does not answer",
            "reasons": [*self.reasons],
            "oldestUnshownAlertS": self.oldest_unshown_s,
            "oldestUnscoredMessageS": self.oldest_unscored_s,
            "sidelined": self.sidelined,
            "poisoned": self.poisoned,
            "refusedBundles": None if self.refused is None else dict(self.refused),
        }


async def check_health(
    ping: Callable[[], Awaitable[None]],
    *,
    marks: AlertMarks,
    progress: ProgressLog,
    box: LetterBox,
    poison: PoisonWatch,
    now_ms: int,
    within_s: float = WITHIN_S,
) -> HealthReport:
    """Ask all at once, each for *within_s* at most. *ping* raises while the database is away."""
    reached, owed, partitions, sidelined, poison_by_queue = await asyncio.gather(
        _try(_ping(ping), within_s),
        # Written in whole seconds by the database's clock: all that there are by now.
        _try(marks.find_owed(stored_before_ms=now_ms + 1_000, most=MOST_LOOKED_AT), within_s),
        _try(progress.list_progress(), within_s),
        _try(count_sidelined(box, now_ms), within_s),
        _try(poison.count_poison(), within_s),
    )
    poisoned = None if poison_by_queue is None else sum(poison_by_queue.values())
    if not reached:
        reason = "the database does not answer"
        return HealthReport("unhealthy", False, (reason,), sidelined=sidelined, poisoned=poisoned)
    unshown_s = None if owed is None else _find_owed_s(owed, "shownAt", now_ms)
    unasked_s = None if owed is None else _find_owed_s(owed, "askedAt", now_ms)
    unscored_s = None if partitions is None else _find_unscored_s(partitions, now_ms)
    refused = sorted(_find_refused(partitions or (), now_ms).items())
    reasons = [
        *_judge(unshown_s, "an alert", "has been shown to nobody", ""),
        *_judge(unasked_s or 0, "a site", "is not planned because of an alert", ""),
        *_judge(unscored_s, "a message", "waits for its score", _say_why(partitions or ())),
        *([] if sidelined is not None else ["the dead letters cannot be looked up"]),
        *_judge_poison(poison_by_queue),
        *(f"the active bundle of profile {name!r} is refused: {why}" for name, why in refused),
    ]
    longest = max(unshown_s or 0, unscored_s or 0)
    status: Status = "unhealthy" if longest > STANDS_STILL_S else "degraded"
    return HealthReport(
        status if reasons else "healthy",
        True,
        tuple(reasons),
        oldest_unshown_s=unshown_s,
        oldest_unscored_s=unscored_s,
        sidelined=sidelined,
        poisoned=poisoned,
        refused=None if partitions is None else dict(refused),
    )


async def _try(asked: Awaitable[Answer], within_s: float) -> Answer | None:
    """None where nobody answers in time."""
    try:
        async with asyncio.timeout(within_s):
            return await asked
    except (DeliveryError, TimeoutError):
        return None


async def _ping(ping: Callable[[], Awaitable[None]]) -> bool:
    await ping()
    return True


def _find_owed_s(owed: Sequence[Document], mark: Mark, now_ms: int) -> int:
    """Age of the oldest alert whose *mark* is null; 0 where there is none."""
    stored_s = [int(alert["_ts"]) for alert in owed if mark in alert and alert[mark] is None]
    return max(0, now_ms // 1_000 - min(stored_s)) if stored_s else 0


def _find_unscored_s(partitions: Sequence[Progress], now_ms: int) -> int:
    return max((said.measure_age_ms(now_ms) for said in partitions), default=0) // 1_000


def _find_refused(partitions: Sequence[Progress], now_ms: int) -> Mapping[str, str]:
    """Refused by any instance; where they differ, by the one that spoke last."""
    in_order = sorted(partitions, key=lambda said: said.at)
    return {name: why for said in in_order for name, why in said.find_refused(now_ms).items()}


def _say_why(partitions: Sequence[Progress]) -> str:
    why = sorted({said.why for said in partitions if said.waiting_since is not None and said.why})
    return f" ({', '.join(why)})" if why else ""


def _judge_poison(by_queue: Mapping[str, int] | None) -> list[str]:
    if by_queue is None:
        return ["the queues of what failed too often cannot be looked at"]
    found = {name: count for name, count in by_queue.items() if count}
    return [f"{count} messages lie in the queue {name}" for name, count in found.items()]


def _judge(age_s: int | None, what: str, stands: str, why: str) -> list[str]:
    if age_s is None:
        return [f"whether {what} {stands} cannot be looked up"]
    return [f"{what} {stands} for {age_s} s{why}"] if age_s > LATE_S else []
