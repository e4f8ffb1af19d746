"""Durations as .NET writes them, which host.json and the decorators use."""

from __future__ import annotations

import re
from datetime import timedelta

_TIME_SPAN = re.compile(
    r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})"
    r"(?:\.(?P<fraction>\d{1,7}))?"
)


def parse_time_span(text: str) -> timedelta:
    """The duration written ``[d.]hh:mm:ss[.fffffff]``. Raises ValueError naming the text."""
    match = _TIME_SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write it as hh:mm:ss, such as 00:00:05")
    hours, minutes, seconds = (int(match[name]) for name in ("hours", "minutes", "seconds"))
    if hours > 23 or minutes > 59 or seconds > 59:
        # .NET would read 24:00:00 as 24 days: better refused than misread.
        raise ValueError(f"{text!r} is out of range: a day is written 1.00:00:00")
    fraction = float(f"0.{match['fraction'] or 0}")
    return timedelta(
        days=int(match["days"] or 0), hours=hours, minutes=minutes, seconds=seconds + fraction
    )
