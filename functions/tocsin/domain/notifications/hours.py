"""When a rule holds: spans of the day on the wall of a time zone, others on holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.notifications.holidays import is_holiday

Day = Literal["mo", "tu", "we", "th", "fr", "sa", "su", "holiday"]
WEEK: tuple[Day, ...] = ("mo", "tu", "we", "th", "fr", "sa", "su")
DAY_MIN = 24 * 60
LOOKED_DAYS = 14  # a week has all of its days, and another one for holidays


@dataclass(frozen=True, slots=True)
class Span:
    """From a minute of the day until another, on these days.

    A span that ends before it begins goes on into the next day; it belongs to the day on which it
    begins.
    """

    days: frozenset[Day]
    from_min: int
    to_min: int

    @property
    def crosses_midnight(self) -> bool:
        return self.to_min <= self.from_min


@dataclass(frozen=True, slots=True)
class Hours:
    """Any of *spans*, in the time of *zone*.

    holidays: an iCalendar file; empty for none. On a holiday only spans with the day ``holiday``
        count, whatever day of the week it is.
    """

    zone: str
    spans: tuple[Span, ...]
    holidays: str = ""

    def is_on(self, at_ms: int) -> bool:
        wall = datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(ZoneInfo(self.zone))
        minute = wall.hour * 60 + wall.minute
        today, yesterday = self._name_day(wall.date()), self._name_day(_day_before(wall.date()))
        return any(
            (today in span.days and _covers_begun_today(span, minute))
            or (yesterday in span.days and span.crosses_midnight and minute < span.to_min)
            for span in self.spans
        )

    def find_next(self, from_ms: int, until_ms: int) -> int | None:
        """The first time from *from_ms* to *until_ms* at which they are on; None where they are not
        within LOOKED_DAYS."""
        if self.is_on(from_ms):
            return from_ms
        zone = ZoneInfo(self.zone)
        midnight = (
            datetime.fromtimestamp(from_ms / 1_000, UTC)
            .astimezone(zone)
            .replace(hour=0, minute=0, second=0, microsecond=0)
        )
        for days in range(LOOKED_DAYS + 1):
            for minute in sorted({span.from_min for span in self.spans}):
                begun = midnight + timedelta(days=days, minutes=minute)
                at_ms = round(begun.timestamp() * 1_000)
                if at_ms > until_ms:
                    return None
                if at_ms > from_ms and self.is_on(at_ms):
                    return at_ms
        return None

    def _name_day(self, day: date) -> Day:
        if self.holidays and is_holiday(self.holidays, day):
            return "holiday"
        return WEEK[day.weekday()]


def check_zone(zone: str) -> str:
    """Raises InvalidRequestError where there is no such time zone."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise InvalidRequestError(
            f"there is no time zone {zone!r:.80}; write it like Europe/Berlin"
        ) from error
    return zone


def parse_minute(text: str) -> int:
    """The minute of the day of ``HH:MM``, up to ``24:00``. Raises InvalidRequestError."""
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == len(minute) == 2 and (hour + minute).isdecimal()):
        raise InvalidRequestError(f"a time of day is written like 06:30, not {text!r:.40}")
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > DAY_MIN:
        raise InvalidRequestError(f"a time of day lies between 00:00 and 24:00, not {text!r:.40}")
    return found


def write_minute(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _covers_begun_today(span: Span, minute: int) -> bool:
    return span.from_min <= minute < (DAY_MIN if span.crosses_midnight else span.to_min)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)
