"""A device's clock, as its messages show it against the hub's.

Clocks of devices are put right, or wrong, while they run. A step forward is a silence. After a step
back, readings carry times that are known already, and without more ado a device would be late until
its clock has caught up: for minutes, or for ever. What tells such a step from messages that really
are late is that they *run*: several in a row, each going on from the one before, as fast as time
goes by at the hub. A backlog comes faster, or the wrong way round, or with newer messages between;
what is sent again is known already.

With the step a new *epoch* of the clock begins. No window spans two of them, and what is newest
counts within the epoch. Which one a message belongs to follows from when the hub took it, so it is
the same however often the message is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.hot_records import dataclass
from tocsin.domain.stored import take_field, take_part

RUNS_AFTER = 3  # messages in a row with something new in them
REPEATS_AFTER = 12  # in a row, whatever is in them: coarse values may be the same as those known
LEAST_RUN_MS = 1_000  # of the hub's time: less of it, and a short delay looks like another pace
SLOWEST, FASTEST = 0.5, 2.0  # of a running clock, in event time by the hub's time
MOST_EPOCHS = 4  # that are told apart: only for what is delivered long after its time


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch without a step back. ``since``: the hub's time (ms) from which on messages belong
    to it, 0 for the first one. ``offset``: added to its event times (ms); not 0 where they are
    placed by arrival."""

    since: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Behind:
    """Messages in a row that lie behind what is known, each newer than the one before it.

    ``began_at``: when the hub took the first, whose newest reading was at ``first_t``; ``last_t``:
    the newest reading of the last one. In ms. ``fresh``: of the messages, those with readings that
    were not known.
    """

    messages: int
    fresh: int
    began_at: int
    first_t: int
    last_t: int

    def runs(self, enqueued_at: int) -> bool:
        """Whether they went on as a clock does, up to the message taken at *enqueued_at*."""
        passed = enqueued_at - self.began_at
        counted = self.fresh >= RUNS_AFTER or self.messages >= REPEATS_AFTER
        if not counted or passed < LEAST_RUN_MS:
            return False
        return SLOWEST * passed <= self.last_t - self.first_t <= FASTEST * passed


@dataclass(frozen=True, slots=True)
class Clock:
    """``epochs``: the newest last. ``heard_at``: when the hub took the newest message (ms).
    ``behind``: what may become a step. ``step_ms``: how far the last one led back, 0 for none."""

    epochs: tuple[Epoch, ...] = (Epoch(),)
    heard_at: int = 0
    behind: Behind | None = None
    step_ms: int = 0

    @property
    def epoch(self) -> Epoch:
        """The one that lasts."""
        return self.epochs[-1]

    @property
    def is_plain(self) -> bool:
        """Whether a message's times are its own, and nothing speaks for a step."""
        return self.behind is None and not self.epochs[-1].offset

    def find_epoch(self, enqueued_at: int) -> Epoch:
        """The epoch of a message that the hub took at *enqueued_at*, the oldest known at most."""
        for epoch in reversed(self.epochs):
            if epoch.since <= enqueued_at:
                return epoch
        return self.epochs[0]

    def hear(self, enqueued_at: int) -> Clock:
        """The clock once a message brought newer readings."""
        return Clock(self.epochs, max(self.heard_at, enqueued_at), None, self.step_ms)

    def hear_behind(self, enqueued_at: int, last_t: int, *, is_known: bool = False) -> Clock:
        """The clock once a message, its newest reading at *last_t*, lay behind what is known;
        *is_known*: with all of its readings."""
        if enqueued_at <= self.heard_at:
            return self  # delivered again, or replayed
        behind, fresh = self.behind, 0 if is_known else 1
        if behind is None or last_t <= behind.last_t:
            begun = Behind(1, fresh, enqueued_at, last_t, last_t)
            return replace(self, heard_at=enqueued_at, behind=begun)
        longer = replace(
            behind, messages=behind.messages + 1, fresh=behind.fresh + fresh, last_t=last_t
        )
        return replace(self, heard_at=enqueued_at, behind=longer)

    def hear_refused(self, enqueued_at: int) -> Clock:
        """The clock once a message came whose times told nothing."""
        return replace(self, heard_at=max(self.heard_at, enqueued_at))

    def begin_epoch(self, enqueued_at: int, *, offset: int, step_ms: int) -> Clock:
        """The clock from a message on that the hub took at *enqueued_at*."""
        epochs = (*self.epochs, Epoch(enqueued_at, offset))[-MOST_EPOCHS:]
        return Clock(epochs, max(self.heard_at, enqueued_at), None, max(step_ms, 0))

    def to_document(self) -> dict[str, Any] | None:
        """The part ``clock`` of a ``devices`` document; None where there is nothing to tell."""
        if self.is_plain and self.epochs == (Epoch(),):
            return None
        behind = self.behind
        return {
            "since": self.epoch.since,
            "offsetMs": self.epoch.offset,
            "stepMs": self.step_ms,
            "behind": None
            if behind is None
            else {
                "messages": behind.messages,
                "fresh": behind.fresh,
                "beganAt": behind.began_at,
                "firstT": behind.first_t,
                "lastT": behind.last_t,
            },
            "epochs": [[epoch.since, epoch.offset] for epoch in self.epochs],
        }


def read_clock(document: Mapping[str, Any], heard_at: int) -> Clock:
    """The clock of a ``devices`` document. Raises DamagedDocumentError."""
    part = take_part(document, "clock")
    if part is None:
        return Clock(heard_at=heard_at)
    behind = take_part(part, "behind")
    epochs = take_field(part, "epochs", list)
    sound = all(
        type(pair) is list and len(pair) == 2 and set(map(type, pair)) == {int} for pair in epochs
    )
    if not sound or not epochs:
        raise DamagedDocumentError(f"the clock of device {document.get('deviceId')!r} is damaged")
    return Clock(
        epochs=tuple(Epoch(*pair) for pair in epochs),
        heard_at=heard_at,
        behind=None
        if behind is None
        else Behind(
            messages=take_field(behind, "messages", int),
            fresh=take_field(behind, "fresh", int),
            began_at=take_field(behind, "beganAt", int),
            first_t=take_field(behind, "firstT", int),
            last_t=take_field(behind, "lastT", int),
        ),
        step_ms=take_field(part, "stepMs", int),
    )
