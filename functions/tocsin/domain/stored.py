"""Reading documents of the database strictly: a damaged one is named, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as brief
from typing import Any, get_args

from tocsin.domain.errors import DamagedDocumentError

NUMBER = (int, float)
OPTIONAL_NUMBER = (int, float, type(None))
OPTIONAL_WHOLE = (int, type(None))
OPTIONAL_TEXT = (str, type(None))
OPTIONAL_LIST = (list, type(None))
OPTIONAL_OBJECT = (dict, type(None))
_NAMES = ("id", "deviceId")


def take_field(document: Mapping[str, Any], name: str, *types: type) -> Any:  # noqa: ANN401 (one of *types*)
    """A document's field, one of *types*; a field that is left out is null.

    Raises DamagedDocumentError naming the document and the field.
    """
    value = document.get(name)
    if type(value) not in types:
        wanted = " or ".join("null" if kind is type(None) else kind.__name__ for kind in types)
        raise DamagedDocumentError(
            f"the stored document {brief(document.get('id'))} of device "
            f"{brief(document.get('deviceId'))} is damaged: {name} is {brief(value)}, not {wanted}"
        )
    return value


def take_word(document: Mapping[str, Any], name: str, words: Any) -> Any:  # noqa: ANN401 (a Literal, and one of its words)
    """A field that is one of the words of a Literal. Raises DamagedDocumentError."""
    found = take_field(document, name, str)
    if found not in get_args(words):
        wanted = " or ".join(map(repr, get_args(words)))
        raise DamagedDocumentError(
            f"the stored document {brief(document.get('id'))} of device "
            f"{brief(document.get('deviceId'))} is damaged: {name} is {brief(found)}, not {wanted}"
        )
    return found


def take_part(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A field that is an object, to be read as a document with the whole one's names; or None."""
    found: dict[str, Any] | None = take_field(document, name, *OPTIONAL_OBJECT)
    return None if found is None else found | {key: document.get(key) for key in _NAMES}


def take_parts(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A field that is a list of objects, each to be read as a document; their own names win."""
    found = take_list(document, name, dict)
    owner = {key: document.get(key) for key in _NAMES}
    return [owner | part for part in found]


def take_list(document: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    """A field that is a list of nothing but *kind*. Raises DamagedDocumentError."""
    found: list[Any] = take_field(document, name, list)
    for number, value in enumerate(found):
        if type(value) is not kind:
            owner = {key: document.get(key) for key in _NAMES}
            take_field({**owner, f"{name}.{number}": value}, f"{name}.{number}", kind)
    return found


def take_mapping(document: Mapping[str, Any], name: str, *types: type) -> dict[str, Any]:
    """A field that is an object whose values are each one of *types*; empty where it is null."""
    found: dict[str, Any] = take_field(document, name, *OPTIONAL_OBJECT) or {}
    if not set(map(type, found.values())) <= set(types):
        key = next(key for key, value in found.items() if type(value) not in types)
        owner = {key: document.get(key) for key in _NAMES}
        take_field({**owner, f"{name}.{key}": found[key]}, f"{name}.{key}", *types)
    return found
