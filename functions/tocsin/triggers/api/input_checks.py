"""Holding what was sent against a declared record, so that the answer names place and fix."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import Repr
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from tocsin.domain.errors import InvalidRequestError

WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
}
# Cuts whatever was sent to a length that an answer can have, however deep or long it is.
QUOTE = Repr()
QUOTE.maxstring = QUOTE.maxother = QUOTE.maxlong = 60


def check_record(
    values: Mapping[str, Any],
    kind: type[msgspec.Struct],
    *,
    are_texts: bool,
    where: str = "",
) -> None:
    """Raise InvalidRequestError for what *kind* does not declare, what is missing, or of a wrong
    type.

    are_texts: these are the parameters of a query, where numbers and truth values come as text.
    where: the dotted place of the record itself; empty at the top.
    """
    noun = "parameter" if are_texts else "key"
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, value in values.items():
        place = f"{where}.{name}" if where else name
        if name not in fields:
            known = f"use {', '.join(sorted(fields))}" if fields else "there is none here"
            raise InvalidRequestError(f"the {noun} {place!r:.160} is unknown; {known}")
        _check_value(value, fields[name].type, where=place, are_texts=are_texts)
    for name, field in fields.items():
        if field.required and name not in values:
            fix = f"say which {name}, as ?{name}=NAME" if are_texts else f"give the key {name!r}"
            raise InvalidRequestError(fix)


def _check_value(value: object, declared: Any, *, where: str, are_texts: bool) -> None:  # noqa: ANN401 (any annotation)
    kind = _strip_optional(declared)
    if value is None and _takes_null(declared):
        return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        check_record(_as_mapping(value, where), kind, where=where, are_texts=are_texts)
    elif get_origin(kind) is dict:
        for name, part in _as_mapping(value, where).items():
            _check_value(part, get_args(kind)[1], where=f"{where}.{name}", are_texts=are_texts)
    elif not _fits(value, kind, are_texts=are_texts):
        demand = _demand(value, kind, are_texts)
        raise InvalidRequestError(f"{where:.160} {demand}, not {QUOTE.repr(value)}")


def _as_mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"{where:.160} must be an object, not {QUOTE.repr(value)}")
    return value


def _fits(value: object, kind: Any, *, are_texts: bool) -> bool:  # noqa: ANN401 (any annotation)
    try:
        msgspec.convert(value, kind, strict=not are_texts)
    except msgspec.ValidationError:
        return False
    return True


def _demand(value: object, kind: Any, are_texts: bool) -> str:  # noqa: ANN401 (any annotation)
    """What *value* would have to be, in words."""
    if get_origin(kind) is Literal:
        return f"must be {' or '.join(get_args(kind))}"
    if get_origin(kind) is Annotated:
        plain, limits = get_args(kind)
        if _fits(value, plain, are_texts=are_texts):
            return _demand_limits(limits, plain)
        kind = plain
    if get_origin(kind) is list:
        return f"must be a list of {_name_kind(get_args(kind)[0])}"
    # A union that is left is int | float: either way a number.
    return f"must be {WORDS.get(kind, WORDS[float])}"


def _demand_limits(limits: msgspec.Meta, kind: Any) -> str:  # noqa: ANN401 (any annotation)
    if limits.max_length is None:
        return f"must lie between {limits.ge} and {limits.le}"
    what = "letters" if kind is str else "entries"
    return f"must have {limits.min_length or 0} to {limits.max_length} {what}"


def _name_kind(kind: Any) -> str:  # noqa: ANN401 (any annotation)
    return " or ".join(get_args(kind)) if get_origin(kind) is Literal else WORDS.get(kind, "values")


def _strip_optional(declared: Any) -> Any:  # noqa: ANN401 (any annotation)
    """*declared* without "or null" and "or left out"."""
    if get_origin(declared) not in {Union, UnionType}:
        return declared
    kinds = tuple(kind for kind in get_args(declared) if kind not in {NoneType, msgspec.UnsetType})
    return Union[kinds]  # noqa: UP007 (of any number of kinds)


def _takes_null(declared: Any) -> bool:  # noqa: ANN401 (any annotation)
    return declared is Any or NoneType in get_args(declared)
