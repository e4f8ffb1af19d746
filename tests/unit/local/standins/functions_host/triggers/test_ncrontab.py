"""Timer schedules of the Functions host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.functions_host.triggers.ncrontab import parse_schedule

MOMENTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds / 1.5, UTC))


def _parts(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    step = st.tuples(st.one_of(st.just("*"), span), st.integers(1, 7)).map(
        lambda two: f"{two[0]}/{two[1]}"
    )
    one = st.one_of(number.map(str), span, step)
    return st.one_of(st.just("*"), st.lists(one, min_size=1, max_size=3).map(",".join))


def _allowed(field: str, low: int, high: int) -> set[int]:
    """What a field of this test's own making allows, found the slow way."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, last = (low, high) if span == "*" else (span.split("-") * 2)[:2]
        found |= set(range(int(first), int(last) + 1, int(step or 1)))
    return found


@given(MOMENTS, _parts(0, 59), _parts(0, 59), _parts(0, 23))
def test_next_firing_is_the_first_that_fits(
    moment: datetime, second: str, minute: str, hour: str
) -> None:
    found = parse_schedule(f"{second} {minute} {hour} * * *").next_after(moment)
    assert found > moment
    seconds, minutes, hours = (
        _allowed(second, 0, 59),
        _allowed(minute, 0, 59),
        _allowed(hour, 0, 23),
    )
    assert (found.second in seconds, found.minute in minutes, found.hour in hours) == (True,) * 3
    # Nothing earlier fits: the search below steps over whole hours and minutes that cannot.
    assert found == _slowly(moment, seconds, minutes, hours)


def _slowly(moment: datetime, seconds: set[int], minutes: set[int], hours: set[int]) -> datetime:
    at = moment.replace(microsecond=0) + timedelta(seconds=1)
    while True:
        if at.hour not in hours:
            at = at.replace(minute=0, second=0) + timedelta(hours=1)
        elif at.minute not in minutes:
            at = at.replace(second=0) + timedelta(minutes=1)
        elif at.second not in seconds:
            at += timedelta(seconds=1)
        else:
            return at


@given(MOMENTS, _parts(1, 28), _parts(1, 12), _parts(0, 6))
def test_day_fits_month_day_and_weekday_at_once(
    moment: datetime, day: str, month: str, weekday: str
) -> None:
    found = parse_schedule(f"0 0 0 {day} {month} {weekday}").next_after(moment)
    assert found > moment
    assert found.month in _allowed(month, 1, 12)
    assert found.day in _allowed(day, 1, 31)
    assert found.isoweekday() % 7 in _allowed(weekday, 0, 6)
    assert (found.hour, found.minute, found.second) == (0, 0, 0)


@given(MOMENTS)
def test_firings_of_a_chain_never_stand_still(moment: datetime) -> None:
    schedule = parse_schedule("*/20 */30 * * * *")
    chain = [moment]
    for _ in range(5):
        chain.append(schedule.next_after(chain[-1]))
    assert chain == sorted(set(chain))
    assert chain[2] - chain[1] in {timedelta(seconds=20), timedelta(minutes=29, seconds=20)}


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("0 */5 * * * *", "2026-11-22T10:02:00", "2026-11-22T10:05:00"),
        ("*/5 * * * *", "2026-11-22T10:05:00", "2026-11-22T10:10:00"),
        ("0 30 9 * * Mon-Fri", "2026-11-21T12:00:00", "2026-11-23T09:30:00"),
        ("0 0 0 29 feb *", "2026-11-22T10:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 29 2 0", "2026-11-22T10:00:00", "2032-02-29T00:00:00"),
        ("0 0 5/6 * * *", "2026-11-22T12:00:00", "2026-11-22T17:00:00"),
        ("59 59 23 31 12 *", "2026-12-31T23:59:59", "2027-12-31T23:59:59"),
        ("00:00:10", "2026-11-22T10:00:00", "2026-11-22T10:00:10"),
        ("1.00:00:00", "2026-11-22T10:00:00", "2026-11-23T10:00:00"),
    ],
)
def test_next_firing(text: str, moment: str, expected: str) -> None:
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert parse_schedule(text).next_after(start) == datetime.fromisoformat(expected + "Z")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not a schedule"),
        ("* * *", "is not a schedule"),
        ("60 * * * * *", "second field: 60"),
        ("* * 24 * * *", "hour field: 24"),
        ("* * * 0 * *", "day field: 0"),
        ("* * * * 13 *", "month field: 13"),
        ("* * * * * 7", "weekday field: 7"),
        ("* * * * Foo *", "month field: 'Foo'"),
        ("5-1 * * * * *", "second field '5-1': 5 is after 1"),
        ("*/0 * * * * *", "second field: 0"),
        ("1, * * * * *", "second field: ''"),
        ("0 0 0 30 2 *", "never fires"),
        ("0 0 0 31 4,6 *", "never fires"),
        ("24:00:00", "out of range"),
        ("00:00:00", "longer than"),
        ("x:y", "is not a duration"),
    ],
)
def test_wrong_schedule_is_named(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_schedule(text)
