"""Operators on values, with ``undefined`` as the third truth value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

from local.standins.cosmos.query.values import (
    UNDEFINED,
    Value,
    compare_values,
    equal,
    is_number,
    to_number,
)


def all_of(values: Iterable[Value]) -> Value:
    """AND: false wins over undefined; only booleans count."""
    result: Value = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = UNDEFINED
    return result


def any_of(values: Iterable[Value]) -> Value:
    """OR: true wins over undefined; only booleans count."""
    result: Value = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = UNDEFINED
    return result


def not_(value: Value) -> Value:
    return not value if isinstance(value, bool) else UNDEFINED


def _not_equal(left: Value, right: Value) -> Value:
    return not_(equal(left, right))


def _comparison(accept: Callable[[int], bool]) -> Callable[[Any, Any], Any]:
    def compare(left: Value, right: Value) -> Value:
        order = compare_values(left, right)
        return UNDEFINED if order is None else accept(order)

    return compare


def _arithmetic(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Value, right: Value) -> Value:
        if not is_number(left) or not is_number(right):
            return UNDEFINED
        try:
            return to_number(operate(left, right))
        except (ValueError, ZeroDivisionError, OverflowError):
            return UNDEFINED

    return apply


def _divide(left: float, right: float) -> float:
    quotient = left / right
    return int(quotient) if quotient.is_integer() and abs(quotient) < 2**53 else quotient


def _remainder(left: float, right: float) -> float:
    remainder = math.fmod(left, right)  # takes the sign of the left side, as JavaScript's does
    return int(remainder) if isinstance(left, int) and isinstance(right, int) else remainder


def _bits(operate: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def apply(left: Value, right: Value) -> Value:
        if not _is_whole(left) or not _is_whole(right):
            return UNDEFINED
        return to_number(operate(int(left), int(right)))

    return apply


def _shift(operate: Callable[[int, int], int]) -> Callable[[int, int], int]:
    return lambda left, right: _as_int32(operate(left, right & 31))


def _as_int32(value: int) -> int:
    return (value & 0xFFFFFFFF) - ((value & 0x80000000) << 1)


def _is_whole(value: Value) -> bool:
    return is_number(value) and float(value).is_integer()


def _concatenate(left: Value, right: Value) -> Value:
    both = isinstance(left, str) and isinstance(right, str)
    return left + right if both else UNDEFINED


BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": equal,
    "!=": _not_equal,
    "<": _comparison(lambda order: order < 0),
    "<=": _comparison(lambda order: order <= 0),
    ">": _comparison(lambda order: order > 0),
    ">=": _comparison(lambda order: order >= 0),
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(_divide),
    "%": _arithmetic(_remainder),
    "|": _bits(lambda a, b: a | b),
    "&": _bits(lambda a, b: a & b),
    "^": _bits(lambda a, b: a ^ b),
    "<<": _bits(_shift(lambda a, b: a << b)),
    ">>": _bits(_shift(lambda a, b: a >> b)),
    ">>>": _bits(_shift(lambda a, b: (a & 0xFFFFFFFF) >> b)),
    "||": _concatenate,
}

UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "NOT": not_,
    "-": lambda value: to_number(-value) if is_number(value) else UNDEFINED,
    "+": lambda value: value if is_number(value) else UNDEFINED,
    "~": lambda value: to_number(~int(value)) if _is_whole(value) else UNDEFINED,
}
