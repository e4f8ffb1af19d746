"""Partial updates: add, set, replace, remove, incr and move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from local.standins.cosmos.counts import parse_count
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.values import UNDEFINED, Value, is_number, to_number

MOST_OPERATIONS: Final = 10

Container = dict[str, Any] | list[Any]


def apply_patch(document: dict[str, Any], operations: Value, fixed: frozenset[str]) -> None:
    """Change *document* in place. *fixed* are top-level properties that no patch may touch.

    Raises BadRequestError that names the operation; *document* is then half changed.
    """
    if not isinstance(operations, list) or not operations:
        raise BadRequestError("A patch needs a list of operations.")
    if len(operations) > MOST_OPERATIONS:
        raise BadRequestError(f"A patch has at most {MOST_OPERATIONS} operations.")
    for index, operation in enumerate(operations):
        try:
            _apply(document, operation, fixed)
        except BadRequestError as error:
            raise BadRequestError(f"Patch operation {index}: {error.message}") from error


def _apply(document: dict[str, Any], operation: Value, fixed: frozenset[str]) -> None:
    kind = operation.get("op") if isinstance(operation, dict) else None
    apply = _OPERATIONS.get(str(kind))
    if apply is None:
        raise BadRequestError(f"the operation {kind!r} is not one of {', '.join(_OPERATIONS)}.")
    for name in ("path", "from"):
        if name in operation and _steps(operation[name])[0] in fixed:
            raise BadRequestError(f"the path {operation[name]!r} may not be patched.")
    parent, key = _place(document, operation.get("path"))
    if kind == "move":
        source, source_key = _place(document, operation.get("from"))
        moved = _take_out(source, source_key)
        parent, key = _place(document, operation["path"])
        _set(parent, key, moved, inserts=True)
        return
    if kind != "remove" and "value" not in operation:
        raise BadRequestError(f"{kind} needs a value.")
    apply(parent, key, operation.get("value"))


def _add(parent: Container, key: str, value: Value) -> None:
    _set(parent, key, value, inserts=True)


def _set_value(parent: Container, key: str, value: Value) -> None:
    _set(parent, key, value, inserts=False)


def _replace(parent: Container, key: str, value: Value) -> None:
    _get(parent, key)
    _set(parent, key, value, inserts=False)


def _remove(parent: Container, key: str, _: Value) -> None:
    _take_out(parent, key)


def _increment(parent: Container, key: str, value: Value) -> None:
    current = parent.get(key, 0) if isinstance(parent, dict) else _get(parent, key)
    if not is_number(current) or not is_number(value):
        raise BadRequestError(f"incr adds a number to a number, not {value!r} to {current!r}.")
    total = to_number(current + value)
    if total is UNDEFINED:
        raise BadRequestError(f"incr of {current!r} by {value!r} leaves the range of numbers.")
    _set(parent, key, total, inserts=False)


_OPERATIONS: Final[dict[str, Callable[[Container, str, Any], None]]] = {
    "add": _add,
    "set": _set_value,
    "replace": _replace,
    "remove": _remove,
    "incr": _increment,
    "move": _add,
}


def _steps(path: Value) -> list[str]:
    if not isinstance(path, str) or not path.startswith("/") or path == "/":
        raise BadRequestError(f"the path {path!r} is not a JSON pointer.")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _place(document: dict[str, Any], path: Value) -> tuple[Container, str]:
    *ancestors, key = _steps(path)
    parent: Value = document
    for step in ancestors:
        parent = _get(parent, step)
    if not isinstance(parent, (dict, list)):
        raise BadRequestError(f"{path!r} leads into a value that is no object or array.")
    return parent, key


def _get(parent: Value, key: str) -> Value:
    if isinstance(parent, dict) and key in parent:
        return parent[key]
    if isinstance(parent, list):
        return parent[_position(parent, key, len(parent) - 1)]
    raise BadRequestError(f"the path's {key!r} does not exist.")


def _set(parent: Container, key: str, value: Value, *, inserts: bool) -> None:
    if isinstance(parent, dict):
        parent[key] = value
    elif key == "-":
        parent.append(value)
    elif inserts:
        parent.insert(_position(parent, key, len(parent)), value)
    else:
        parent[_position(parent, key, len(parent) - 1)] = value


def _take_out(parent: Container, key: str) -> Value:
    value = _get(parent, key)
    if isinstance(parent, dict):
        del parent[key]
    else:
        del parent[_position(parent, key, len(parent) - 1)]
    return value


def _position(array: list[Any], key: str, last: int) -> int:
    position = parse_count(key)
    if position is None or position > last:
        raise BadRequestError(f"{key[:40]!r} is no index of an array of {len(array)}.")
    return position
