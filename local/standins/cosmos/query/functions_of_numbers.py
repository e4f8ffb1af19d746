"""Functions of numbers and of the clock."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, Final

from local.standins.cosmos.query.values import UNDEFINED, Value, is_number, to_number

_EXACT: Final = Context(prec=400, rounding=ROUND_HALF_UP)  # digits enough for any double


def _of_number(operate: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(value: Value) -> Value:
        if not is_number(value):
            return UNDEFINED
        try:
            return to_number(operate(value))
        except (ValueError, OverflowError):
            return UNDEFINED

    return apply


absolute = _of_number(abs)
ceiling = _of_number(math.ceil)
exponential = _of_number(math.exp)
floor = _of_number(math.floor)
sign = _of_number(lambda value: (value > 0) - (value < 0))
square_root = _of_number(math.sqrt)
truncate = _of_number(math.trunc)


def is_integer(value: Value) -> bool:
    return is_number(value) and float(value).is_integer()


def logarithm(value: Value, base: Value = math.e) -> Value:
    if not is_number(value) or not is_number(base):
        return UNDEFINED
    try:
        if base == 10:
            return math.log10(value)
        return math.log(value) if base == math.e else math.log(value, base)
    except (ValueError, ZeroDivisionError):
        return UNDEFINED


def pi() -> float:
    return math.pi


def power(value: Value, exponent: Value) -> Value:
    if not is_number(value) or not is_number(exponent):
        return UNDEFINED
    try:
        return to_number(math.pow(value, exponent))
    except (ValueError, OverflowError):
        return UNDEFINED


def round_half_up(value: Value, digits: Value = 0) -> Value:
    """To *digits* decimals, halves away from zero."""
    if not is_number(value) or not is_integer(digits) or abs(digits) > 30:
        return UNDEFINED
    with localcontext(_EXACT):
        step = Decimal(1).scaleb(-int(digits))
        rounded = (Decimal(repr(value)) / step).quantize(Decimal(1)) * step
    return to_number(int(rounded) if digits <= 0 else float(rounded))


def current_timestamp() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
