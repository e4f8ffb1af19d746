"""COUNT, SUM, AVG, MIN and MAX: what each keeps while rows go by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from local.standins.cosmos.query.values import UNDEFINED, Value, is_number, sort_key, to_number


class Aggregate(ABC):
    """Takes values one by one; undefined ones are passed over."""

    @abstractmethod
    def add(self, value: Value) -> None: ...

    @abstractmethod
    def result(self) -> Value: ...


class Count(Aggregate):
    def __init__(self) -> None:
        self._count = 0

    def add(self, value: Value) -> None:
        self._count += value is not UNDEFINED

    def result(self) -> Value:
        return self._count


class Sum(Aggregate):
    """Undefined as soon as one value is not a number."""

    def __init__(self) -> None:
        self._sum: Value = 0

    def add(self, value: Value) -> None:
        if value is not UNDEFINED and self._sum is not UNDEFINED:
            self._sum = to_number(self._sum + value) if is_number(value) else UNDEFINED

    def result(self) -> Value:
        return self._sum


class Average(Aggregate):
    def __init__(self) -> None:
        self._sum, self._count = Sum(), Count()

    def add(self, value: Value) -> None:
        self._sum.add(value)
        self._count.add(value)

    def result(self) -> Value:
        total, count = self._sum.result(), self._count.result()
        return UNDEFINED if total is UNDEFINED or not count else total / count


class Minimum(Aggregate):
    def __init__(self) -> None:
        self._best: Value = UNDEFINED

    def add(self, value: Value) -> None:
        if value is not UNDEFINED and (self._best is UNDEFINED or self._is_better(value)):
            self._best = value

    def result(self) -> Value:
        return self._best

    def _is_better(self, value: Value) -> bool:
        return sort_key(value) < sort_key(self._best)


class Maximum(Minimum):
    def _is_better(self, value: Value) -> bool:
        return sort_key(value) > sort_key(self._best)


AGGREGATES: Final[dict[str, type[Aggregate]]] = {
    "COUNT": Count,
    "SUM": Sum,
    "AVG": Average,
    "MIN": Minimum,
    "MAX": Maximum,
}
