"""What is usual while a machine settles after a start, learned from its own starts.

A machine that has just started is not where it will be: it is cold, its pressures swing. How odd
that looks, and for how long, differs by machine. So of its last starts the highest score of each
stretch is kept, each stretch twice as long as the one before, and the next start is odd only where
it is worse than the middle one of them. Before so many are known, a start is held against itself:
what settles gets less odd.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2
from statistics import median
from typing import Any

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.stored import NUMBER, take_field

STRETCHES = 7  # from one window to 128 windows after the start
STARTS = 3  # that are kept, and that it takes to know what is usual
MARGIN = 1.3  # over what is usual
DIGITS = 3
IDLE_ENOUGH = 600  # scores of idling are known


@dataclass(frozen=True, slots=True)
class Start:
    """What was seen of a start: by stretch the highest ``scores``, 0 for none; and the highest
    value of the most telling channel until it ran, its ``peak``."""

    scores: tuple[float, ...] = ()
    peak: float = 0.0

    def score_at(self, stretch: int) -> float:
        return self.scores[stretch] if stretch < len(self.scores) else 0.0

    def with_score(self, stretch: int, score: float) -> Start:
        scores = [self.score_at(index) for index in range(max(stretch + 1, len(self.scores)))]
        scores[stretch] = round(score, DIGITS)
        return replace(self, scores=tuple(scores))

    def to_document(self) -> dict[str, Any]:
        return {"scores": list(self.scores), "peak": self.peak}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Start:
        """Raises DamagedDocumentError."""
        scores = take_field(document, "scores", list)
        if not {*map(type, scores)} <= {*NUMBER}:
            raise DamagedDocumentError(f"the scores of a start are {scores!r:.80}, not numbers")
        return cls(tuple(scores), take_field(document, "peak", *NUMBER))


NO_START = Start()


@dataclass(frozen=True, slots=True)
class Settling:
    """``now``: the start that goes on; ``before``: those before it, up to STARTS. ``idle``: the
    highest score of idling, from so many ``idled`` readings (up to IDLE_ENOUGH)."""

    now: Start = NO_START
    before: tuple[Start, ...] = ()
    idle: float = 0.0
    idled: int = 0

    def find_floor(self, stretch: int) -> float | None:
        """What the threshold is at least raised to; None where nothing is known to judge by."""
        known = [score for start in self.before if (score := start.score_at(stretch))]
        if len(known) == STARTS:
            return MARGIN * median(known)
        before = self.now.score_at(stretch - 1) if stretch else 0.0
        return MARGIN * before if before else None

    def note_score(self, stretch: int, score: float) -> Settling:
        """With a *score* that was not odd."""
        before = self.now.score_at(stretch - 1) if stretch else 0.0
        # A fault that goes up with each stretch must not become what is usual.
        least = min(score, before) if before else score
        if not least > self.now.score_at(stretch):
            return self
        return replace(self, now=self.now.with_score(stretch, least))

    def find_idle_floor(self) -> float | None:
        """As ``find_floor``, while it idles."""
        return MARGIN * self.idle if self.idled >= IDLE_ENOUGH else None

    def note_idle(self, score: float) -> Settling:
        """With a *score* of idling that was not odd."""
        if self.idled >= IDLE_ENOUGH or score != score:  # noqa: PLR0124 (NaN)
            return self
        return replace(self, idle=max(self.idle, round(score, DIGITS)), idled=self.idled + 1)

    def note_peak(self, value: float) -> Settling:
        if not value > self.now.peak:
            return self
        return replace(self, now=replace(self.now, peak=round(value, DIGITS)))

    def overshoots(self, value: float, usual: float) -> bool:
        """Whether the most telling channel is far above what starts have shown, and above what is
        *usual* at work."""
        if len(self.before) < STARTS:
            return False
        return value > MARGIN * max(usual, *(start.peak for start in self.before))

    def end_start(self) -> Settling:
        """What is known once the start that went on is over."""
        if self.now == NO_START:
            return self
        return replace(self, now=NO_START, before=(*self.before, self.now)[-STARTS:])

    def forget_scores(self) -> Settling:
        """Under another model: its scores are told in another scale."""
        return Settling(
            now=Start(peak=self.now.peak),
            before=tuple(Start(peak=start.peak) for start in self.before),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "now": self.now.to_document(),
            "before": [start.to_document() for start in self.before],
            "idle": self.idle,
            "idled": self.idled,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Settling:
        """Raises DamagedDocumentError."""
        return cls(
            now=Start.from_document(take_field(document, "now", dict)),
            before=tuple(_read_starts(take_field(document, "before", list))),
            idle=take_field(document, "idle", *NUMBER),
            idled=take_field(document, "idled", int),
        )


UNSETTLED = Settling()


def find_stretch(windows: float) -> int | None:
    """The stretch so many *windows* after a start; None before the first."""
    return None if windows < 1 else int(log2(windows))


def _read_starts(documents: Sequence[object]) -> list[Start]:
    if not all(isinstance(document, dict) for document in documents):
        raise DamagedDocumentError("the starts of a device are no objects")
    return [Start.from_document(document) for document in documents if isinstance(document, dict)]
