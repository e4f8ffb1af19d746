"""GROUP BY and aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.aggregates import AGGREGATES, Aggregate
from local.standins.cosmos.query.evaluate import Compiled, Compiler, Row
from local.standins.cosmos.query.nodes import Call, Expression, Select
from local.standins.cosmos.query.values import Value, identity

_RESULTS: Final = "#aggregates"  # no alias can be called that


class GroupCompiler(Compiler):
    """Compiles the columns of a grouped query: an aggregate reads its group's result."""

    def __init__(self, compiler: Compiler, keys: tuple[Expression, ...]) -> None:
        super().__init__(compiler.parameters, compiler.aliases, compiler.compile_subquery)
        self._plain = compiler
        self._keys = [compiler.compile(key) for key in keys]
        self._aggregates: list[tuple[type[Aggregate], Compiled]] = []

    def aggregate(self, node: Call) -> Compiled:
        if len(node.arguments) != 1:
            raise BadRequestError(f"{node.name} takes one argument.")
        index = len(self._aggregates)
        argument = self._plain.compile(node.arguments[0])
        self._aggregates.append((AGGREGATES[node.name], argument))
        return lambda row: row[_RESULTS][index]

    def groups(self, rows: Iterable[Row]) -> Iterator[Row]:
        """One row a group: its first row and its aggregates. Without GROUP BY, one group."""
        found: dict[Any, tuple[Row, list[Aggregate]]] = {}
        if not self._keys:
            found[()] = ({}, self._fresh())
        for row in rows:
            key = tuple(identity(value(row)) for value in self._keys)
            group = found.get(key)
            if group is None:
                group = found[key] = (row, self._fresh())
            for aggregate, (_, argument) in zip(group[1], self._aggregates, strict=True):
                aggregate.add(argument(row))
        for first, aggregates in found.values():
            yield {**first, _RESULTS: [aggregate.result() for aggregate in aggregates]}

    def _fresh(self) -> list[Aggregate]:
        return [kind() for kind, _ in self._aggregates]


def has_aggregate(node: Value) -> bool:
    """Whether an aggregate is called in *node*, subqueries apart."""
    if isinstance(node, Call) and node.name in AGGREGATES:
        return True
    if isinstance(node, tuple):
        return any(has_aggregate(child) for child in node)
    if not is_dataclass(node) or isinstance(node, Select):
        return False
    return any(has_aggregate(getattr(node, field.name)) for field in fields(node))
