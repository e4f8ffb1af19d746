"""What comes again and again: an RRULE (RFC 5545) in a time zone.

A rule is kept in the time that the clocks on the wall show: a window at 02:00 each night stays at
02:00 when the clocks change.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from tocsin.domain.errors import InvalidRequestError

DAY_MS = 24 * 60 * 60 * 1_000
LONGEST_RULE = 200
# Rarer than a day, so that a rule has few occurrences however long it has run.
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# Each multiplies the occurrences of a day.
TOO_FINE = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


@dataclass(frozen=True, slots=True)
class Recurrence:
    """``rule``: such as ``FREQ=WEEKLY;BYDAY=SA``. ``zone``: such as ``Europe/Berlin``.
    ``lasting_ms``: how long each occurrence lasts, at most a day."""

    rule: str
    zone: str
    lasting_ms: int

    def is_on(self, starts_at: int, at_ms: int, *, until_ms: int | None) -> bool:
        """Whether an occurrence is on at *at_ms*; the parameters are those of ``find_end``."""
        return self.find_end(starts_at, at_ms, until_ms=until_ms) is not None

    def find_end(self, starts_at: int, at_ms: int, *, until_ms: int | None) -> int | None:
        """When the occurrence ends that is on at *at_ms*; None where none is. starts_at: of the
        first; until_ms: none begins after it, None for no end."""
        zone = ZoneInfo(self.zone)
        rule = _build_rule(self.rule, self.zone, starts_at)
        # An hour more, for clocks that were put forward in between.
        earliest = _to_wall(at_ms - self.lasting_ms, zone) - timedelta(hours=1)
        for begun in rule.between(earliest, _to_wall(at_ms, zone) + timedelta(hours=1), inc=True):
            begun_ms: int = round(begun.replace(tzinfo=zone).timestamp() * 1_000)
            if until_ms is not None and begun_ms > until_ms:
                return None
            if begun_ms <= at_ms < begun_ms + self.lasting_ms:
                return begun_ms + self.lasting_ms
        return None


def parse_recurrence(rule: str, zone: str, lasting_ms: int, starts_at: int) -> Recurrence:
    """Raises InvalidRequestError naming what is wrong, and what would be right."""
    if len(rule) > LONGEST_RULE:
        raise InvalidRequestError(f"the rule has more than {LONGEST_RULE} characters")
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in FREQUENCIES:
        raise InvalidRequestError(
            f"the rule {rule!r:.80} must say FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"
        )
    if TOO_FINE & parts.keys():
        raise InvalidRequestError("the rule takes its time of day from the start, not from BYHOUR")
    if not 0 < lasting_ms <= DAY_MS:
        raise InvalidRequestError("a window that recurs lasts more than nothing and at most a day")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise InvalidRequestError(
            f"there is no time zone {zone!r:.80}; write it like Europe/Berlin"
        ) from error
    try:
        _build_rule(rule, zone, starts_at)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidRequestError(f"the rule {rule!r:.80} is no RRULE: {error}") from error
    return Recurrence(rule, zone, lasting_ms)


@functools.lru_cache(maxsize=1_024)
def _build_rule(rule: str, zone: str, starts_at: int) -> rrule:
    """In the time on the wall, without a zone. It keeps what it has counted out."""
    begun = _to_wall(starts_at, ZoneInfo(zone))
    built = rrulestr(rule, dtstart=begun, cache=True)
    if isinstance(built, rruleset):
        raise ValueError("it is several rules in one")  # noqa: TRY004 (the text is at fault)
    return built


def _to_wall(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone).replace(tzinfo=None)
