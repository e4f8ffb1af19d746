"""Functions of arrays."""

from __future__ import annotations

from typing import Any

from local.standins.cosmos.query.values import UNDEFINED, Value, equal


def concatenate(*parts: Value) -> Value:
    if not all(isinstance(part, list) for part in parts):
        return UNDEFINED
    return [element for part in parts for element in part]


def contains(array: Value, wanted: Value, partial: Value = False) -> Value:
    """*partial*: an object is found when an element has all of its members."""
    if not isinstance(array, list) or wanted is UNDEFINED:
        return UNDEFINED
    if partial is True and isinstance(wanted, dict):
        return any(_has_members(element, wanted) for element in array)
    return any(equal(element, wanted) is True for element in array)


def length(array: Value) -> Value:
    return len(array) if isinstance(array, list) else UNDEFINED


def slice_of(array: Value, start: Value, count: Value = None) -> Value:
    """*count* elements from *start*; a negative start counts from the end."""
    if (
        not isinstance(array, list)
        or type(start) is not int
        or type(count) not in {int, type(None)}
    ):
        return UNDEFINED
    begin = max(len(array) + start, 0) if start < 0 else start
    return array[begin:] if count is None else array[begin : begin + max(count, 0)]


def _has_members(element: Value, wanted: dict[str, Any]) -> bool:
    return isinstance(element, dict) and all(
        equal(element.get(name, UNDEFINED), value) is True for name, value in wanted.items()
    )
