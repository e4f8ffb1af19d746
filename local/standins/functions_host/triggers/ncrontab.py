"""Timer schedules: NCRONTAB expressions, seconds first, and plain intervals."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from local.standins.functions_host.app.durations import parse_time_span

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {
    name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
}
# February 29 on a given weekday comes back after at most 40 years (2096 to 2104 has no leap year).
_SEARCH_YEARS = 41


class Schedule(Protocol):
    """When a timer fires."""

    def next_after(self, moment: datetime) -> datetime:
        """The first firing strictly after *moment*, in its time zone."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Fires every *every* after the last time."""

    every: timedelta

    def next_after(self, moment: datetime) -> datetime:
        return moment + self.every


@dataclass(frozen=True, slots=True)
class Crontab:
    """The seconds, minutes, hours, days, months and weekdays (0 is Sunday) on which to fire.

    As in NCrontab, a day must fit both its day-of-month and its weekday field.
    """

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first firing strictly after *moment*. Raises ValueError when there is none."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        if self._fires_on(start.date()):
            at = self._time_from(start.time())
            if at is not None:
                return datetime.combine(start.date(), at, moment.tzinfo)
        first = time(self.hours[0], self.minutes[0], self.seconds[0])
        return datetime.combine(self._day_after(start.date()), first, moment.tzinfo)

    def _fires_on(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 in self.weekdays
        )

    def _day_after(self, day: date) -> date:
        for year in range(day.year, min(day.year + _SEARCH_YEARS, date.max.year + 1)):
            for month in sorted(self.months):
                length = calendar.monthrange(year, month)[1]
                for number in sorted(self.days):
                    if number > length:
                        break
                    candidate = date(year, month, number)
                    if candidate > day and self._fires_on(candidate):
                        return candidate
        raise ValueError("the schedule never fires: no such day exists")

    def _time_from(self, earliest: time) -> time | None:
        """The first firing time of a day at or after *earliest*."""
        for hour in self.hours:
            if hour < earliest.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (earliest.hour, earliest.minute):
                    continue
                for second in self.seconds:
                    at = time(hour, minute, second)
                    if at >= earliest:
                        return at
        return None


def parse_schedule(text: str) -> Schedule:
    """The schedule written as six fields, five (at second 0), or a duration ``hh:mm:ss``.

    Raises ValueError naming the field that is wrong.
    """
    fields = text.split()
    if len(fields) == 1 and ":" in text:
        return _interval(text)
    if len(fields) == 5:
        fields = ["0", *fields]
    if len(fields) != 6:
        raise ValueError(
            f"{text!r} is not a schedule: write six fields (second minute hour day month weekday)"
        )
    second, minute, hour, day, month, weekday = fields
    crontab = Crontab(
        seconds=tuple(sorted(_field("second", second, 0, 59))),
        minutes=tuple(sorted(_field("minute", minute, 0, 59))),
        hours=tuple(sorted(_field("hour", hour, 0, 23))),
        days=_field("day", day, 1, 31),
        months=_field("month", month, 1, 12, _MONTHS),
        weekdays=_field("weekday", weekday, 0, 6, _WEEKDAYS),
    )
    crontab.next_after(datetime(2000, 1, 1))  # noqa: DTZ001 - only asks whether any day exists
    return crontab


def _interval(text: str) -> Interval:
    every = parse_time_span(text)
    if every <= timedelta(0):
        raise ValueError("a timer's interval must be longer than 00:00:00")
    return Interval(every)


def _field(
    name: str, text: str, low: int, high: int, names: dict[str, int] | None = None
) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step_text = part.partition("/")
        step = _number(name, step_text, 1, high + 1) if "/" in part else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first_text, _, last_text = span.partition("-")
            first = _number(name, first_text, low, high, names)
            last = _number(name, last_text, low, high, names)
        else:
            first = _number(name, span, low, high, names)
            last = high if "/" in part else first
        if first > last:
            raise ValueError(f"{name} field {text!r}: {first} is after {last}")
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _number(field: str, text: str, low: int, high: int, names: dict[str, int] | None = None) -> int:
    value = (names or {}).get(text.lower()[:3]) if text.isalpha() else None
    if value is None:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{field} field: {text!r} is not a number")
        value = int(text)
    if not low <= value <= high:
        raise ValueError(f"{field} field: {value} is not within {low} to {high}")
    return value
