"""The constants among an operator's arguments, as an exported program's graph writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch

from tocsin.adapters.program.archive import require_dtype
from tocsin.domain.errors import InvalidBundleError

LARGEST_INT: Final = 2**63 - 1  # in a slice, for "to the end"
MOST_DIMENSIONS: Final = 16
WHOLE: Final = 5  # as a graph numbers types of numbers: 64-bit whole ones
# How a graph writes what JSON has no number for.
_NO_NUMBERS: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": -float("inf")}


def constant_of(kind: str, value: object) -> Any:  # noqa: ANN401 (an operator takes many types)
    """Raises InvalidBundleError for a kind or a value that no program of ours has."""
    if kind not in _CONSTANTS:
        raise InvalidBundleError(f"the program has an argument of kind {kind!r}")
    return _CONSTANTS[kind](value)


def require_int(value: object) -> int:
    if type(value) is not int or not -LARGEST_INT <= value <= LARGEST_INT:
        raise InvalidBundleError(f"the program has {value!r:.40} for a whole number")
    return value


def require_list(value: object) -> list[Any]:
    """A list that is no longer than a tensor has dimensions."""
    if not isinstance(value, list) or len(value) > MOST_DIMENSIONS:
        raise InvalidBundleError(f"the program has {value!r:.40} for a list of sizes")
    return value


def _require_ints(value: object) -> list[int]:
    return [require_int(number) for number in require_list(value)]


def _require_float(value: object) -> float:
    if isinstance(value, str) and value in _NO_NUMBERS:
        return _NO_NUMBERS[value]
    if type(value) not in {int, float}:
        raise InvalidBundleError(f"the program has {value!r:.40} for a number")
    return float(value)  # type: ignore[arg-type] # one of the two


def _require_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidBundleError(f"the program has {value!r:.40} for true or false")
    return value


def _require_cpu(value: object) -> torch.device:
    if value != {"type": "cpu", "index": None}:
        raise InvalidBundleError(f"the program has {value!r:.40} for a device")
    return torch.device("cpu")


def _require_type(value: object) -> torch.dtype:
    """A type that a program converts to: that of all its numbers, or whole ones to pick rows by."""
    return torch.int64 if type(value) is int and value == WHOLE else require_dtype(value)


_CONSTANTS: Final[dict[str, Callable[[object], Any]]] = {
    "as_none": lambda _: None,
    "as_int": require_int,
    "as_ints": _require_ints,
    "as_bool": _require_bool,
    "as_float": _require_float,
    "as_scalar_type": _require_type,
    "as_device": _require_cpu,
}
