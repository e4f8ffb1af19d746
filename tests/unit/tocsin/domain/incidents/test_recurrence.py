"""A window that recurs keeps the time on the wall, whatever the clocks do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.incidents.recurrence import Recurrence, parse_recurrence

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def at(text: str) -> int:
    """A time on the wall in Berlin, in ms."""
    return round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1_000)


NIGHTLY = Recurrence("FREQ=DAILY", "Europe/Berlin", 2 * HOUR_MS)
START = at("2026-03-20T02:00")


@pytest.mark.parametrize(
    ("time", "is_on"),
    [
        ("2026-03-20T02:00", True),
        ("2026-03-20T01:59", False),
        ("2026-03-20T03:59", True),
        ("2026-03-20T04:00", False),
        # The clocks are put forward on March 29, and back on October 25.
        ("2026-03-30T02:00", True),
        ("2026-03-30T01:30", False),
        ("2026-03-30T04:30", False),
        ("2026-10-26T02:30", True),
        ("2026-10-26T01:30", False),
        ("2030-01-01T03:00", True),
    ],
)
def test_a_nightly_window_is_on_at_night(time: str, is_on: bool) -> None:
    assert NIGHTLY.is_on(START, at(time), until_ms=None) == is_on


def test_a_window_across_midnight_is_on_after_it() -> None:
    late = Recurrence("FREQ=WEEKLY;BYDAY=SA", "Europe/Berlin", 4 * HOUR_MS)
    saturday = at("2026-05-02T22:00")
    assert late.is_on(saturday, at("2026-05-10T01:00"), until_ms=None)
    assert not late.is_on(saturday, at("2026-05-11T01:00"), until_ms=None)
    assert late.find_end(saturday, at("2026-05-10T01:00"), until_ms=None) == at("2026-05-10T02:00")


def test_after_its_end_none_begins_any_more() -> None:
    until = at("2026-03-22T02:30")
    assert NIGHTLY.is_on(START, at("2026-03-22T03:00"), until_ms=until)
    assert not NIGHTLY.is_on(START, at("2026-03-23T03:00"), until_ms=until)


@given(minutes=st.integers(0, 60 * 24 * 800))
def test_a_nightly_window_is_on_as_the_clock_on_the_wall_says(minutes: int) -> None:
    time = datetime.fromtimestamp(START / 1_000, BERLIN) + timedelta(minutes=minutes)
    instant = round(time.timestamp() * 1_000)
    shown = datetime.fromtimestamp(instant / 1_000, BERLIN)
    # In the two nights in which the clocks change, two hours are not what the wall shows.
    if shown.date().isoformat()[5:] not in {"03-29", "10-25", "03-28", "10-31", "03-26", "10-27"}:
        assert NIGHTLY.is_on(START, instant, until_ms=None) == (2 <= shown.hour < 4)


@pytest.mark.parametrize(
    ("rule", "zone", "lasting_ms", "said"),
    [
        ("nightly", "Europe/Berlin", HOUR_MS, "must say FREQ=DAILY"),
        ("FREQ=SECONDLY", "Europe/Berlin", HOUR_MS, "must say FREQ=DAILY"),
        ("FREQ=DAILY;BYMINUTE=1", "Europe/Berlin", HOUR_MS, "not from BYHOUR"),
        ("FREQ=WEEKLY;BYDAY=XX", "Europe/Berlin", HOUR_MS, "is no RRULE"),
        ("FREQ=DAILY;INTERVAL=0;X=1", "Europe/Berlin", HOUR_MS, "is no RRULE"),
        ("FREQ=DAILY;COUNT=x", "Europe/Berlin", HOUR_MS, "is no RRULE"),
        ("FREQ=DAILY\nRRULE:FREQ=DAILY", "UTC", HOUR_MS, "must say FREQ|is no RRULE"),
        ("FREQ=DAILY;" + "X" * 300, "UTC", HOUR_MS, "more than 200"),
        ("FREQ=DAILY", "Mars/Base", HOUR_MS, "no time zone 'Mars/Base'"),
        ("FREQ=DAILY", "../etc/passwd", HOUR_MS, "no time zone"),
        ("FREQ=DAILY", "Europe/Berlin", 0, "at most a day"),
        ("FREQ=DAILY", "Europe/Berlin", 25 * HOUR_MS, "at most a day"),
    ],
)
def test_what_is_no_recurrence_is_named(rule: str, zone: str, lasting_ms: int, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        parse_recurrence(rule, zone, lasting_ms, START)
