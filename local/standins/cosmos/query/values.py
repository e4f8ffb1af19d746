"""JSON values as the query language sees them: ``undefined``, equality and order across types."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any, Final, TypeAlias

import orjson

Value: TypeAlias = Any  # a JSON value, or UNDEFINED

type_names: Final = ("undefined", "null", "boolean", "number", "string", "array", "object")


class Undefined:
    """A value that is not there: neither true nor false nor null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()

UNDEFINED_RANK, NULL_RANK, BOOLEAN_RANK, NUMBER_RANK, STRING_RANK, ARRAY_RANK, OBJECT_RANK = range(
    7
)

_RANK_BY_TYPE: Final[dict[type, int]] = {
    Undefined: UNDEFINED_RANK,
    type(None): NULL_RANK,
    bool: BOOLEAN_RANK,
    int: NUMBER_RANK,
    float: NUMBER_RANK,
    str: STRING_RANK,
    list: ARRAY_RANK,
    dict: OBJECT_RANK,
}


def rank(value: Value) -> int:
    """Place of the value's type in the order of types, 0 (undefined) to 6 (object)."""
    return _RANK_BY_TYPE[type(value)]


def identity(value: Value) -> Hashable:
    """A key that two values share exactly when the query language calls them equal."""
    kind = rank(value)
    if kind == ARRAY_RANK:
        return kind, tuple(identity(element) for element in value)
    if kind == OBJECT_RANK:
        return kind, frozenset((name, identity(member)) for name, member in value.items())
    return kind, None if kind <= NULL_RANK else value


def sort_key(value: Value) -> tuple[int, Any]:
    """Key of ORDER BY: types in their order, then values; arrays and objects by their text."""
    kind = rank(value)
    if kind >= ARRAY_RANK:
        return kind, orjson.dumps(value).decode()
    return kind, 0 if kind <= NULL_RANK else value


def equal(left: Value, right: Value) -> Value:
    """``=``: undefined when a side is; values of different types are not equal."""
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return identity(left) == identity(right)


def compare_values(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where ``<`` makes no sense (different types, arrays, objects, undefined)."""
    kind = rank(left)
    if kind != rank(right) or kind == UNDEFINED_RANK or kind >= ARRAY_RANK:
        return None
    if kind == NULL_RANK:
        return 0
    return int(left > right) - int(left < right)


def to_number(value: float) -> Value:
    """*value* as JSON can write it: a whole number of 64 bits or a double, else undefined."""
    if isinstance(value, int):
        if -(2**63) <= value < 2**64:
            return value
        try:
            value = float(value)
        except OverflowError:
            return UNDEFINED
    return value if math.isfinite(value) else UNDEFINED


def is_deeper(value: Value, most: int) -> bool:
    """Whether arrays and objects are nested in *value* deeper than *most* levels."""
    level = [value] if isinstance(value, (list, dict)) else []
    for _ in range(most):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (list, dict))
        ]
        if not level:
            return False
    return True


def is_number(value: Value) -> bool:
    return rank(value) == NUMBER_RANK
