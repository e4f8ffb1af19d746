"""Holidays out of an iCalendar file (RFC 5545): whole days, once or every year.

Only what calendars of holidays use is read, over dateutil, which is there for windows already. The
library for all of iCalendar takes a quarter of a second to import.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import rrule, rruleset, rrulestr

from tocsin.domain.errors import InvalidRequestError

LARGEST = 64 * 1024
MOST_DAYS = 400  # of one event
_FOLD = re.compile(r"\r?\n[ \t]")
_DATE = re.compile(r"\d{8}")
_FREQUENCIES = ("FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=DAILY")


@dataclass(frozen=True, slots=True)
class Event:
    """Whole days from *first* on, *lasting* of them; again by *rule*, but for *without*."""

    first: date
    lasting: int
    rule: rrule | None
    without: frozenset[date]

    def covers(self, day: date) -> bool:
        if self.rule is None:
            return timedelta() <= day - self.first < timedelta(days=self.lasting)
        earliest = _as_time(day - timedelta(days=self.lasting - 1))
        begun = self.rule.between(earliest, _as_time(day), inc=True)
        return any(start.date() not in self.without for start in begun)


def check_holidays(text: str) -> str:
    """Raises InvalidRequestError naming what in the file cannot be read."""
    if len(text) > LARGEST:
        raise InvalidRequestError(f"the calendar has more than {LARGEST} characters")
    if text and not _read_events(text):
        raise InvalidRequestError("the calendar has no event; it should be an iCalendar file")
    return text


@functools.lru_cache(maxsize=4_096)
def is_holiday(text: str, day: date) -> bool:
    return any(event.covers(day) for event in _read_events(text))


@functools.lru_cache(maxsize=64)
def _read_events(text: str) -> tuple[Event, ...]:
    return tuple(_read_event(part) for part in _split_events(text))


def _split_events(text: str) -> Iterator[dict[str, list[str]]]:
    """By name the values of each event; parameters are left out."""
    event: dict[str, list[str]] | None = None
    for line in _FOLD.sub("", text).splitlines():
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        if name == "BEGIN" and value.strip().upper() == "VEVENT":
            event = {}
        elif name == "END" and value.strip().upper() == "VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None:
            event.setdefault(name, []).append(value.strip())


def _read_event(part: Mapping[str, list[str]]) -> Event:
    title = part.get("SUMMARY", ["without a title"])[0]
    if "RDATE" in part:
        raise InvalidRequestError(f"the event {title!r:.60} has an RDATE, which is not read")
    try:
        first = _read_day(part["DTSTART"][0])
        last = _read_day(part["DTEND"][0]) if "DTEND" in part else first + timedelta(days=1)
    except (KeyError, ValueError, OverflowError) as error:
        raise InvalidRequestError(
            f"the event {title!r:.60} is no whole day: give DTSTART as a date such as 20261225"
        ) from error
    lasting = (last - first).days
    if not 0 < lasting <= MOST_DAYS:
        raise InvalidRequestError(f"the event {title!r:.60} lasts {lasting} days")
    without = [text for value in part.get("EXDATE", []) for text in value.split(",")]
    try:
        return Event(first, lasting, _read_rule(part, first), frozenset(map(_read_day, without)))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidRequestError(
            f"the rule or exceptions of the event {title!r:.60} cannot be read: {error}"
        ) from error


def _read_rule(part: Mapping[str, list[str]], first: date) -> rrule | None:
    if "RRULE" not in part:
        return None
    text = part["RRULE"][0].upper()
    if len(part["RRULE"]) > 1 or not text.startswith(_FREQUENCIES):
        raise ValueError("it must say FREQ=YEARLY, MONTHLY, WEEKLY or DAILY, once")
    # Without the zone of UNTIL: a whole day has none.
    built = rrulestr(re.sub(r"(UNTIL=\d{8})T\d{6}Z?", r"\1", text), dtstart=_as_time(first))
    if isinstance(built, rruleset):
        raise ValueError("it is several rules in one")  # noqa: TRY004 (the text is at fault)
    return built


def _read_day(text: str) -> date:
    if _DATE.fullmatch(text) is None:
        raise ValueError(f"{text!r:.40} is no date")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _as_time(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a day on the wall)
