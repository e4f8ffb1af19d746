"""Whole numbers in headers, paths and tokens."""

from __future__ import annotations

_MOST_DIGITS = 18  # below 2^63, the most that SQLite takes


def parse_count(text: str) -> int | None:
    """The number that *text* writes in digits; None when it is none, or longer than 18 digits."""
    is_count = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_count else None
