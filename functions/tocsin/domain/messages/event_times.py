"""Event times as a device sent them: could they be true?

The hub says when it took a message. A reading is never newer than that by more than a clock may be
off, and rarely older than a device stores readings for. What lies outside was not stamped by a
clock that was right: it came from a device that had just started, or counts in another unit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from reprlib import repr as brief
from typing import Literal

from tocsin.domain.errors import InvalidMessageError, InvalidProfileError
from tocsin.domain.hot_records import dataclass

MAX_READINGS = 1_000
MAX_AHEAD_MS = 5 * 60 * 1_000
DAY_MS = 24 * 60 * 60 * 1_000
MOST_BEHIND_DAYS = 3_650
LARGEST = 2**62  # what a clock can show; anything larger is no time in any unit

# ms a unit, as whole numbers: ms = sent * times // over.
_UNITS = {"seconds": (1_000, 1), "microseconds": (1, 1_000), "nanoseconds": (1, 1_000_000)}

# How event times came about that are not those which the device sent: its unit was converted, some
# of them follow from the others in the message, or all of them from the message's arrival.
Placing = Literal["seconds", "microseconds", "nanoseconds", "neighbours", "arrival"]


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """What a profile takes for possible, and what becomes of a message that is not.

    ``behind_days``: how far behind the hub's time. ``wrong``: such a message is refused, or kept
    with its readings placed by what is known.
    """

    behind_days: float = 7.0
    wrong: Literal["refuse", "place"] = "refuse"

    @property
    def places(self) -> bool:
        return self.wrong == "place"

    @property
    def behind_ms(self) -> float:
        return self.behind_days * DAY_MS

    def allow(self, t: int, enqueued_at: int) -> bool:
        """Whether *t* can be the newest reading of a message the hub took at *enqueued_at*."""
        return enqueued_at - self.behind_ms <= t <= enqueued_at + MAX_AHEAD_MS


USUAL_LIMITS = TimeLimits()


@dataclass(frozen=True, slots=True)
class EventTimes:
    """n event times (ms), increasing. ``placing``: None where they are those that were sent; with
    ``arrival`` only their distances count."""

    times: list[int]
    placing: Placing | None = None


def parse_limits(document: object) -> TimeLimits:
    """The part ``event_times`` of a profile; None stands for the usual ones.

    Raises InvalidProfileError.
    """
    if document is None:
        return USUAL_LIMITS
    known = {"behind_days", "wrong"}
    if not isinstance(document, dict) or not document.keys() <= known:
        raise InvalidProfileError(f"event_times is {document!r}, no object of {sorted(known)}")
    days = document.get("behind_days", USUAL_LIMITS.behind_days)
    wrong = document.get("wrong", USUAL_LIMITS.wrong)
    if type(days) not in {int, float} or not 0 < days <= MOST_BEHIND_DAYS:
        raise InvalidProfileError(
            f"event_times.behind_days is {days!r}, not above 0 and up to {MOST_BEHIND_DAYS}"
        )
    if wrong not in ("refuse", "place"):
        raise InvalidProfileError(f"event_times.wrong is {wrong!r}, neither refuse nor place")
    return TimeLimits(float(days), wrong)


def read_times(
    sent: object, limits: TimeLimits, *, enqueued_at: int, period_s: float
) -> EventTimes:
    """Check a message's ``t``, and place what cannot be true where *limits* say so.

    *enqueued_at*: when the hub took the message (ms). *period_s*: between two readings.
    Raises InvalidMessageError with the reason.
    """
    times = _check_form(sent)
    period_ms = round(period_s * 1_000)
    earliest = enqueued_at - limits.behind_ms - len(times) * period_ms
    if times[0] >= earliest and limits.allow(times[-1], enqueued_at):
        return EventTimes(times)
    if limits.places and times[-1] < LARGEST:
        return _place(times, limits, enqueued_at, period_ms)
    raise InvalidMessageError(
        "time-in-future" if times[-1] > enqueued_at + MAX_AHEAD_MS else "time-implausible",
        f"event times {_say_range(times)} cannot be true: the hub took the message at "
        f"{enqueued_at}, and they may be {MAX_AHEAD_MS // 60_000} minutes ahead of that and "
        f"{limits.behind_days:g} days behind{_hint(times, limits, enqueued_at)}",
    )


def _check_form(times: object) -> list[int]:
    if not isinstance(times, list) or not times or set(map(type, times)) != {int}:
        raise InvalidMessageError("malformed", "t must be a list of whole milliseconds")
    if len(times) > MAX_READINGS:
        raise InvalidMessageError(
            "too-many-readings", f"{len(times)} readings; at most {MAX_READINGS} fit"
        )
    if times != sorted(set(times)):
        raise InvalidMessageError("time-not-increasing", "event times must increase in a message")
    if times[0] < 0:
        raise InvalidMessageError("malformed", "event times must not lie before 1970")
    return times


def _say_range(times: Sequence[int]) -> str:
    return brief(times[0]) if len(times) == 1 else f"{brief(times[0])} to {brief(times[-1])}"


def _hint(times: Sequence[int], limits: TimeLimits, enqueued_at: int) -> str:
    unit = _find_unit(times, limits, enqueued_at)
    if unit is not None:
        return f"; they look like {unit} since 1970 where milliseconds are meant"
    if times[0] < limits.behind_ms:
        return "; the device's clock seems not to be set"
    return ""


def _find_unit(times: Sequence[int], limits: TimeLimits, enqueued_at: int) -> Placing | None:
    """In which other unit *times* would be possible; None for none."""
    for name, (factor, over) in _UNITS.items():
        if all(limits.allow(t * factor // over, enqueued_at) for t in (times[0], times[-1])):
            return name  # type: ignore[return-value]  # the names are those of Placing
    return None


def _place(times: list[int], limits: TimeLimits, enqueued_at: int, period_ms: int) -> EventTimes:
    unit = _find_unit(times, limits, enqueued_at)
    if unit is not None:
        factor, over = _UNITS[unit]
        converted = [t * factor // over for t in times]
        if len(set(converted)) == len(converted):
            return EventTimes(converted, unit)
    first = bisect_left(times, enqueued_at - limits.behind_ms - len(times) * period_ms)
    end = bisect_right(times, enqueued_at + MAX_AHEAD_MS)
    if first >= end or (end == len(times) and not limits.allow(times[-1], enqueued_at)):
        return EventTimes(times, "arrival")
    # The clock was set while the message was filled: what it stamped right places the rest.
    before = times[first] - period_ms - times[first - 1] if first else 0
    after = times[end - 1] + period_ms - times[end] if end < len(times) else 0
    placed = [
        *(t + before for t in times[:first]),
        *times[first:end],
        *(t + after for t in times[end:]),
    ]
    if not limits.allow(placed[-1], enqueued_at):
        return EventTimes(times, "arrival")
    return EventTimes(placed, "neighbours")
