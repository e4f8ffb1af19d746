"""Which readings of a range have no score, and why; and what of it came late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.not_scored import NotScored

# Of readings in a message whose last one has a score.
NO_WINDOW = NotScored(
    "no-window",
    "no window ended with them: there were too few readings in a row before them, or their device "
    "sends several a period, of which one is scored",
)


@dataclass(frozen=True, slots=True)
class Unscored:
    """``readings`` without a score between the event times ``from_t`` and ``to_t`` (ms, both
    included), for one reason."""

    why: NotScored
    from_t: int
    to_t: int
    readings: int

    def to_document(self) -> dict[str, Any]:
        return {
            **self.why.to_document(),
            "from": self.from_t,
            "to": self.to_t,
            "readings": self.readings,
        }


@dataclass(frozen=True, slots=True)
class Late:
    """How many readings came late, and how many of them were anomalous: they call nobody."""

    readings: int
    anomalous: int


def list_unscored(messages: Sequence[StoredMessage], from_t: int, to_t: int) -> list[Unscored]:
    """By reason, the oldest first, those of *messages* from *from_t* to *to_t* (ms, both included).
    The text is that of the newest message with the reason."""
    found: dict[str, Unscored] = {}
    for message in messages:
        why = message.not_scored or NO_WINDOW
        times = _find_times(message, from_t, to_t)
        if not times:
            continue
        part = Unscored(why, times[0], times[-1], len(times))
        known = found.get(why.reason)
        found[why.reason] = part if known is None else _join(known, part)
    return sorted(found.values(), key=lambda unscored: unscored.from_t)


def count_late(messages: Sequence[StoredMessage], from_t: int, to_t: int) -> Late:
    """Of the readings of *messages* from *from_t* to *to_t* (ms, both included)."""
    flags = [flag for message in messages for flag in _list_late(message, from_t, to_t)]
    return Late(len(flags), sum(flags))


def _find_times(message: StoredMessage, from_t: int, to_t: int) -> list[int]:
    if None not in message.score:
        return []
    pairs = zip(message.t, message.score, strict=True)
    return [t for t, score in pairs if score is None and from_t <= t <= to_t]


def _list_late(message: StoredMessage, from_t: int, to_t: int) -> Iterator[bool]:
    if message.is_late:
        flags = message.anomalous or [False] * len(message.t)
        pairs = zip(message.t, flags, strict=True)
        yield from (flag for t, flag in pairs if from_t <= t <= to_t)


def _join(known: Unscored, more: Unscored) -> Unscored:
    return replace(
        known,
        why=more.why,
        from_t=min(known.from_t, more.from_t),
        to_t=max(known.to_t, more.to_t),
        readings=known.readings + more.readings,
    )
