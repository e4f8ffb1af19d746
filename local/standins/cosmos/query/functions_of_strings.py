"""Functions of strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.values import UNDEFINED, Value, is_deeper, rank

MOST_DEPTH: Final = 128  # of arrays and objects, as in a document

_REGEX_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def _of_string(operate: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: operate(value) if isinstance(value, str) else UNDEFINED


def _of_two(operate: Callable[[str, str], bool]) -> Callable[..., Any]:
    """A test of two strings; a third argument true ignores case."""

    def apply(left: Value, right: Value, ignore_case: Value = False) -> Value:
        if not isinstance(left, str) or not isinstance(right, str):
            return UNDEFINED
        if ignore_case is True:
            return operate(left.casefold(), right.casefold())
        return operate(left, right)

    return apply


contains = _of_two(lambda text, part: part in text)
ends_with = _of_two(str.endswith)
equals = _of_two(lambda left, right: left == right)
starts_with = _of_two(str.startswith)
length = _of_string(len)
lower = _of_string(str.lower)
reverse = _of_string(lambda text: text[::-1])
trim = _of_string(str.strip)
trim_left = _of_string(str.lstrip)
trim_right = _of_string(str.rstrip)
upper = _of_string(str.upper)


def concatenate(*parts: Value) -> Value:
    return "".join(parts) if all(isinstance(part, str) for part in parts) else UNDEFINED


def substring(text: Value, start: Value, count: Value) -> Value:
    if not isinstance(text, str) or type(start) is not int or type(count) is not int:
        return UNDEFINED
    begin = max(start, 0)
    return text[begin : begin + max(count, 0)]


def left(text: Value, count: Value) -> Value:
    return substring(text, 0, count)


def right(text: Value, count: Value) -> Value:
    if not isinstance(text, str) or type(count) is not int:
        return UNDEFINED
    return text[-count:] if count > 0 else ""


def index_of(text: Value, part: Value, start: Value = 0) -> Value:
    if not isinstance(text, str) or not isinstance(part, str) or type(start) is not int:
        return UNDEFINED
    return text.find(part, max(start, 0))


def replace(text: Value, old: Value, new: Value) -> Value:
    if not all(isinstance(part, str) for part in (text, old, new)):
        return UNDEFINED
    return text.replace(old, new) if old else text


def regex_match(text: Value, pattern: Value, modifiers: Value = "") -> Value:
    if not all(isinstance(part, str) for part in (text, pattern, modifiers)):
        return UNDEFINED
    return _regex(pattern, modifiers).search(text) is not None


@lru_cache(maxsize=256)
def _regex(pattern: str, modifiers: str) -> re.Pattern[str]:
    flags = re.NOFLAG
    for modifier in modifiers:
        if modifier not in _REGEX_FLAGS:
            raise BadRequestError(f"RegexMatch has no modifier {modifier!r}.")
        flags |= _REGEX_FLAGS[modifier]
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError) as error:
        raise BadRequestError(f"The pattern {pattern!r} is malformed: {error}.") from error


def parse_as(wanted: int) -> Callable[[Any], Any]:
    """The JSON value in a string when its type has this rank."""

    def parse(text: Value) -> Value:
        if not isinstance(text, str):
            return UNDEFINED
        try:
            value = orjson.loads(text.strip())
        except orjson.JSONDecodeError:
            return UNDEFINED
        is_wanted = rank(value) == wanted and not is_deeper(value, MOST_DEPTH)
        return value if is_wanted else UNDEFINED

    return parse


def to_string(value: Value) -> Value:
    if value is UNDEFINED or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def current_date_time() -> str:
    """ISO 8601 in UTC with seven decimals, as Cosmos DB writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
