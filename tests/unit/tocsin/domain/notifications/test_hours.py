"""When a rule holds: over midnight, over a change of the clocks, on holidays."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.notifications.holidays import check_holidays
from tocsin.domain.notifications.hours import (
    WEEK,
    Day,
    Hours,
    Span,
    check_zone,
    parse_minute,
    write_minute,
)

ZONE = "Europe/Berlin"
CALENDAR = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Christmas
DTSTART;VALUE=DATE:20201225
DTEND;VALUE=DATE:20201227
RRULE:FREQ=YEARLY;UNTIL=20301231T000000Z
EXDATE;VALUE=DATE:20271225
END:VEVENT
BEGIN:VEVENT
SUMMARY:A day of the
  plant
DTSTART;VALUE=DATE:20261201
END:VEVENT
END:VCALENDAR
"""


def span(days: str, begins: str, ends: str) -> Span:
    chosen: list[Day] = [day for day in (*WEEK, "holiday") if day in days.split()]
    return Span(frozenset(chosen), parse_minute(begins), parse_minute(ends))


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1_000)


NIGHT = Hours(ZONE, (span("fr", "22:00", "06:00"),))
DAYS = Hours(ZONE, (span("mo tu we th fr", "06:00", "14:00"), span("mo", "16:30", "24:00")))


@pytest.mark.parametrize(
    ("hours", "time", "is_on"),
    [
        (DAYS, "2026-11-30T05:59", False),  # a Monday
        (DAYS, "2026-11-30T06:00", True),
        (DAYS, "2026-11-30T14:00", False),
        (DAYS, "2026-11-30T23:59", True),
        (DAYS, "2026-12-01T00:00", False),
        (DAYS, "2026-11-29T08:00", False),
        (NIGHT, "2026-11-27T21:59", False),  # a Friday
        (NIGHT, "2026-11-27T22:00", True),
        (NIGHT, "2026-11-28T05:59", True),
        (NIGHT, "2026-11-28T06:00", False),
        (NIGHT, "2026-11-28T22:30", False),
        (NIGHT, "2026-11-27T05:00", False),
        (DAYS, "2026-03-30T06:00", True),  # the first Monday after the clocks were put forward
        (DAYS, "2026-10-26T05:59", False),
    ],
)
def test_spans_are_of_the_clock_on_the_wall(hours: Hours, time: str, is_on: bool) -> None:
    assert hours.is_on(at(time)) is is_on


@pytest.mark.parametrize(
    ("time", "is_on"),
    [
        ("2026-12-24T08:00", True),  # a Thursday
        ("2026-12-25T08:00", False),
        ("2026-12-25T11:00", True),  # hours of holidays
        ("2026-12-26T11:00", True),
        ("2026-12-28T08:00", True),
        ("2027-12-25T11:00", False),  # an exception: a Saturday like any other
        ("2031-12-25T08:00", True),  # the rule has ended by then
        ("2026-12-01T08:00", False),
        ("2026-12-01T11:00", True),
    ],
)
def test_on_holidays_only_hours_of_holidays_count(time: str, is_on: bool) -> None:
    spans = (span("mo tu we th fr", "06:00", "10:00"), span("holiday", "10:00", "12:00"))
    assert Hours(ZONE, spans, CALENDAR).is_on(at(time)) is is_on


@given(st.integers(0, 2**41), st.sampled_from(["UTC", ZONE, "America/New_York", "Asia/Kolkata"]))
def test_a_rule_of_all_days_and_hours_always_holds(at_ms: int, zone: str) -> None:
    assert Hours(zone, (Span(frozenset(WEEK), 0, 1440),)).is_on(at_ms)
    assert Hours(zone, (Span(frozenset(WEEK), 720, 720),)).is_on(at_ms)


@given(st.integers(0, 1440))
def test_a_time_of_day_is_read_as_it_is_written(minute: int) -> None:
    assert parse_minute(write_minute(minute)) == minute


@pytest.mark.parametrize("text", ["", "6:00", "06", "24:01", "12:60", "-1:00", "aa:bb", "06:00:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="a time of day"):
        parse_minute(text)


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "/etc/localtime"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidRequestError, match="no time zone"):
        check_zone(zone)


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", "SUMMARY:Odd", *lines, "END:VEVENT"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("holidays", "has no event"),
        (event(), "'Odd' is no whole day"),
        (event("DTSTART:20261225T080000Z"), "'Odd' is no whole day"),
        (event("DTSTART;VALUE=DATE:20261399"), "'Odd' is no whole day"),
        (event("DTSTART:20261225", "DTEND:20261225"), "'Odd' lasts 0 days"),
        (event("DTSTART:20261225", "DTEND:20291225"), "'Odd' lasts 1096 days"),
        (event("DTSTART:20261225", "RDATE:20261226"), "has an RDATE"),
        (event("DTSTART:20261225", "RRULE:FREQ=HOURLY"), "FREQ=YEARLY"),
        (event("DTSTART:20261225", "RRULE:FREQ=YEARLY;BYDAY=XX"), "cannot be read"),
        (event("DTSTART:20261225", "EXDATE:tomorrow"), "cannot be read"),
        ("x" * 70_000, "more than 65536 characters"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_by_its_event(text: str, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        check_holidays(text)


@given(st.text(max_size=300) | st.text("BEGIN:VENDTSTARL=20261225\n;,").map(event))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        check_holidays(text)
    except InvalidRequestError:
        return
    Hours(ZONE, (span("mo", "06:00", "07:00"),), text).is_on(at("2026-12-25T06:30"))
