"""The cells of a recording: numbers, times, yes or no."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from device_sim.errors import RecordingError

MISSING = frozenset({"", "nan", "na", "null", "none"})
NOT_TRUE = MISSING | {"0", "0.0", "false", "no"}
# Numbers above this are milliseconds since the epoch, below it seconds.
MILLISECONDS_FROM = 1e11
LATEST_MS = 7_258_118_400_000  # the year 2200: what is beyond counts in a smaller unit


def parse_number(text: str, where: str) -> float:
    """A finite number, or NaN for a cell that says nothing. Raises RecordingError."""
    if text.strip().lower() in MISSING:
        return math.nan
    try:
        number = float(text)
    except ValueError as error:
        raise RecordingError(f"{where}: {text!r} is no number") from error
    if not math.isfinite(number):
        raise RecordingError(f"{where}: {text!r} is no finite number")
    return number


def parse_time(text: str, where: str) -> int:
    """Milliseconds since the epoch from ISO 8601 (UTC if it says no zone), seconds or ms.

    Raises RecordingError.
    """
    try:
        number = float(text)
    except ValueError:
        return _parse_date(text, where)
    if not math.isfinite(number):
        raise RecordingError(f"{where}: {text!r} is no time")
    t_ms = round(number if abs(number) >= MILLISECONDS_FROM else number * 1000)
    if abs(t_ms) > LATEST_MS:
        raise RecordingError(
            f"{where}: {text.strip()!r} is no time in s or ms since 1970; is it in µs or ns?"
        )
    return t_ms


def is_true(text: str) -> bool:
    """Whether a label's cell says yes."""
    return text.strip().lower() not in NOT_TRUE


def _parse_date(text: str, where: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise RecordingError(
            f"{where}: {text!r} is no time; use ISO 8601, or seconds or ms since 1970"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
