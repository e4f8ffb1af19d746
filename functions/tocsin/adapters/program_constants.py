"""The constants among an operator's arguments, as an exported program's graph writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch

from tocsin.adapters.program_archive import STRIDED, UnsupportedProgramError, dtype_of

_MEMORY_FORMATS: Final = {1: torch.contiguous_format, 4: torch.preserve_format}


def constant_of(kind: str, value: Any) -> Any:  # noqa: ANN401 (an operator takes many types)
    """Raises UnsupportedProgramError for what only torch itself can read."""
    if kind not in _CONSTANTS:
        raise UnsupportedProgramError(f"an argument of kind {kind!r}")
    return _CONSTANTS[kind](value)


def _as_it_is(value: object) -> object:
    return value


def _floats(values: Sequence[float | str]) -> list[float]:
    return [float(value) for value in values]


def _memory_format(number: int) -> torch.memory_format:
    if number not in _MEMORY_FORMATS:
        raise UnsupportedProgramError(f"memory format {number}")
    return _MEMORY_FORMATS[number]


def _layout(number: int) -> torch.layout:
    if number != STRIDED:
        raise UnsupportedProgramError(f"layout {number}")
    return torch.strided


def _device(device: Mapping[str, Any]) -> torch.device:
    if device["type"] != "cpu":
        raise UnsupportedProgramError(f"device {device}")
    return torch.device("cpu")


_CONSTANTS: Final[dict[str, Callable[[Any], Any]]] = {
    "as_none": lambda _: None,
    "as_int": _as_it_is,
    "as_ints": _as_it_is,
    "as_bool": _as_it_is,
    "as_bools": _as_it_is,
    "as_string": _as_it_is,
    # NaN and infinities are written as text.
    "as_float": float,
    "as_floats": _floats,
    "as_sym_int": lambda value: int(value["as_int"]),
    "as_scalar_type": dtype_of,
    "as_memory_format": _memory_format,
    "as_layout": _layout,
    "as_device": _device,
}
