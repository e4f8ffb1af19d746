"""How much a program may ask for, judged before each of its steps.

A few small steps can ask for more memory than any machine has: two of them make a table of a column
and a row. What a step makes follows from the shapes of what it is given, so it is known before it
runs; and the shapes follow from the number of windows alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import torch
from torch import Tensor

from tocsin.adapters.program.operators import Growth
from tocsin.domain.errors import InvalidBundleError

# Committed programs keep up to 4 and make up to 100 numbers for each number of their windows.
MOST_KEPT: Final = 8
MOST_MADE: Final = 500
# For what does not grow with the windows, such as row numbers and products of weights.
ALWAYS: Final = 1_000_000


class Meter:
    """Adds up what one pass over *windows* makes and keeps, and stops it beyond the limits."""

    def __init__(self, windows: Tensor) -> None:
        self._of = tuple(windows.shape)
        self._kept = 0
        self._made = 0
        self._most_kept = ALWAYS + MOST_KEPT * windows.numel()
        self._most_made = ALWAYS + MOST_MADE * windows.numel()

    def admit(self, growth: Growth, given: Sequence[Any]) -> None:
        """Raises InvalidBundleError when a step that is given so much must not run."""
        made, effort = _COUNTS[growth](given)
        self._made += effort
        if self._kept + made > self._most_kept or self._made > self._most_made:
            raise InvalidBundleError(
                f"the program makes too many numbers of windows {self._of}: {self._made} in all, "
                f"{self._kept + made} at a time"
            )

    def keep(self, result: object) -> None:
        self._kept += _count(result)

    def drop(self, result: object) -> None:
        self._kept -= _count(result)


def _count(value: object) -> int:
    return value.numel() if isinstance(value, Tensor) else 0


def _count_given(given: Sequence[Any]) -> tuple[int, int]:
    made = sum(map(_count, given))
    return made, made


def _count_broadcast(given: Sequence[Any]) -> tuple[int, int]:
    made = _broadcast(part.shape for part in given if isinstance(part, Tensor))
    return made, made


def _count_product(given: Sequence[Any]) -> tuple[int, int]:
    """Of a matrix product: rows times columns, each a sum over what lies between them."""
    first, second = given
    batches = _broadcast((first.shape[:-2], second.shape[:-2]))
    rows = math.prod(first.shape[-2:-1])
    columns = math.prod(second.shape[-1:]) if second.dim() > 1 else 1
    made = batches * rows * columns
    return made, made * math.prod(first.shape[-1:])


def _count_rows(given: Sequence[Any]) -> tuple[int, int]:
    """Of rows that are picked by their numbers; a mask would make a size out of the values."""
    rows, numbers = given
    if any(part.dtype != torch.int64 for part in numbers):
        raise InvalidBundleError("the program picks rows by something else than their numbers")
    made = _broadcast(part.shape for part in numbers) * math.prod(rows.shape[len(numbers) :])
    return made, made


def _count_range(given: Sequence[Any]) -> tuple[int, int]:
    start, end, *_ = given
    made = max(0, end - start)
    return made, made


def _count_zeros(given: Sequence[Any]) -> tuple[int, int]:
    made = math.prod(max(0, size) for size in given[1])
    return made, made


def _broadcast(shapes: Iterable[Sequence[int]]) -> int:
    """How many numbers a tensor has that all of *shapes* fit into."""
    return math.prod(map(max, zip_longest(*map(reversed, shapes), fillvalue=1)))


_COUNTS: Final[Mapping[Growth, Callable[[Sequence[Any]], tuple[int, int]]]] = {
    "none": _count_given,
    "broadcast": _count_broadcast,
    "product": _count_product,
    "rows": _count_rows,
    "range": _count_range,
    "zeros": _count_zeros,
}
