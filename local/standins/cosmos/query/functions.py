"""The built-in functions: name → how many arguments and what they do.

A function given a wrong type answers undefined, as Cosmos DB does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.standins.cosmos.query import functions_of_arrays as arrays
from local.standins.cosmos.query import functions_of_numbers as numbers
from local.standins.cosmos.query import functions_of_strings as strings
from local.standins.cosmos.query.values import (
    ARRAY_RANK,
    BOOLEAN_RANK,
    NULL_RANK,
    NUMBER_RANK,
    OBJECT_RANK,
    STRING_RANK,
    UNDEFINED_RANK,
    rank,
)


@dataclass(frozen=True, slots=True)
class Function:
    apply: Callable[..., Any]
    least: int
    most: int


def _is(*ranks: int) -> Function:
    wanted = frozenset(ranks)
    return Function(lambda value: rank(value) in wanted, 1, 1)


_ANY_NUMBER: Final = 1000

FUNCTIONS: Final[dict[str, Function]] = {
    "IS_DEFINED": Function(lambda value: rank(value) != UNDEFINED_RANK, 1, 1),
    "IS_NULL": _is(NULL_RANK),
    "IS_BOOL": _is(BOOLEAN_RANK),
    "IS_NUMBER": _is(NUMBER_RANK),
    "IS_STRING": _is(STRING_RANK),
    "IS_ARRAY": _is(ARRAY_RANK),
    "IS_OBJECT": _is(OBJECT_RANK),
    "IS_PRIMITIVE": _is(NULL_RANK, BOOLEAN_RANK, NUMBER_RANK, STRING_RANK),
    "IS_INTEGER": Function(numbers.is_integer, 1, 1),
    "IS_FINITE_NUMBER": _is(NUMBER_RANK),  # JSON knows no other
    "IIF": Function(lambda test, then, other: then if test is True else other, 3, 3),
    "ABS": Function(numbers.absolute, 1, 1),
    "CEILING": Function(numbers.ceiling, 1, 1),
    "EXP": Function(numbers.exponential, 1, 1),
    "FLOOR": Function(numbers.floor, 1, 1),
    "LOG": Function(numbers.logarithm, 1, 2),
    "LOG10": Function(lambda value: numbers.logarithm(value, 10), 1, 1),
    "PI": Function(numbers.pi, 0, 0),
    "POWER": Function(numbers.power, 2, 2),
    "ROUND": Function(numbers.round_half_up, 1, 2),
    "SIGN": Function(numbers.sign, 1, 1),
    "SQRT": Function(numbers.square_root, 1, 1),
    "SQUARE": Function(lambda value: numbers.power(value, 2), 1, 1),
    "TRUNC": Function(numbers.truncate, 1, 1),
    "GETCURRENTTIMESTAMP": Function(numbers.current_timestamp, 0, 0),
    "GETCURRENTDATETIME": Function(strings.current_date_time, 0, 0),
    "ARRAY_CONCAT": Function(arrays.concatenate, 2, _ANY_NUMBER),
    "ARRAY_CONTAINS": Function(arrays.contains, 2, 3),
    "ARRAY_LENGTH": Function(arrays.length, 1, 1),
    "ARRAY_SLICE": Function(arrays.slice_of, 2, 3),
    "CONCAT": Function(strings.concatenate, 2, _ANY_NUMBER),
    "CONTAINS": Function(strings.contains, 2, 3),
    "ENDSWITH": Function(strings.ends_with, 2, 3),
    "INDEX_OF": Function(strings.index_of, 2, 3),
    "LEFT": Function(strings.left, 2, 2),
    "LENGTH": Function(strings.length, 1, 1),
    "LOWER": Function(strings.lower, 1, 1),
    "LTRIM": Function(strings.trim_left, 1, 1),
    "REGEXMATCH": Function(strings.regex_match, 2, 3),
    "REPLACE": Function(strings.replace, 3, 3),
    "REVERSE": Function(strings.reverse, 1, 1),
    "RIGHT": Function(strings.right, 2, 2),
    "RTRIM": Function(strings.trim_right, 1, 1),
    "STARTSWITH": Function(strings.starts_with, 2, 3),
    "STRINGEQUALS": Function(strings.equals, 2, 3),
    "STRINGTOBOOLEAN": Function(strings.parse_as(BOOLEAN_RANK), 1, 1),
    "STRINGTONUMBER": Function(strings.parse_as(NUMBER_RANK), 1, 1),
    "STRINGTONULL": Function(strings.parse_as(NULL_RANK), 1, 1),
    "STRINGTOARRAY": Function(strings.parse_as(ARRAY_RANK), 1, 1),
    "STRINGTOOBJECT": Function(strings.parse_as(OBJECT_RANK), 1, 1),
    "SUBSTRING": Function(strings.substring, 3, 3),
    "TOSTRING": Function(strings.to_string, 1, 1),
    "TRIM": Function(strings.trim, 1, 1),
    "UPPER": Function(strings.upper, 1, 1),
}
