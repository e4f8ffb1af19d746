"""What a value of a rebalancing problem must fulfil; the errors name the value and the fix."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from tocsin.domain.errors import InvalidProblemError


def require_id(kind: str, identifier: str) -> None:
    if not identifier:
        raise InvalidProblemError(f"a {kind} has an empty id: give it one")


def require_unique(kind: str, ids: Iterable[str]) -> None:
    for name, times in Counter(ids).items():
        if times > 1:
            raise InvalidProblemError(f"{kind} {name!r} is listed {times} times: list it once")


def require_number(
    owner: str, part: str, value: float, *, high: float = math.inf, above: bool = False
) -> None:
    """Finite, at least 0 (*above*: more than 0) and at most *high*."""
    if not math.isfinite(value) or value < 0 or value > high or (above and value == 0):
        low = "above 0" if above else "0 or more"
        most = "" if math.isinf(high) else f" and at most {high:g}"
        raise InvalidProblemError(f"{owner}: {part} is {value}, but must be {low}{most}")
