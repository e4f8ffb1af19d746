"""A compiled SELECT: documents in, results out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.evaluate import Compiled, Compiler, Row
from local.standins.cosmos.query.grouping import GroupCompiler, has_aggregate
from local.standins.cosmos.query.nodes import (
    Call,
    Column,
    Expression,
    Literal,
    Member,
    Name,
    Select,
    Source,
    Subquery,
)
from local.standins.cosmos.query.values import UNDEFINED, Value, identity, is_number, sort_key


class Program:
    """Everything of a query but its page (TOP, OFFSET, LIMIT), which the caller cuts.

    *outer* are the names that a subquery sees of the query around it.
    """

    def __init__(
        self, select: Select, parameters: Mapping[str, Any], outer: frozenset[str] = frozenset()
    ) -> None:
        self.select = select
        self.root = _root_alias(select.sources) if not outer else None
        bound = {source.alias for source in select.sources} | ({self.root} if self.root else set())
        self.compiler = Compiler(parameters, outer | bound, compile_subquery)
        self._sources = [self._source(source) for source in select.sources if source.path]
        self._where = self.compiler.compile(select.where) if select.where else None
        is_grouped = bool(select.group_by) or any(
            has_aggregate(column.expression) for column in select.columns
        )
        self._grouping = GroupCompiler(self.compiler, select.group_by) if is_grouped else None
        compiler = self._grouping or self.compiler
        self._project = _projection(select, compiler)
        self._orders = [(compiler.compile(o.expression), o.descending) for o in select.order_by]

    @property
    def most(self) -> int | None:
        """The most results that TOP or LIMIT allow; None without either."""
        counts = (self.count(self.select.top, "TOP"), self.count(self.select.limit, "LIMIT"))
        return min((count for count in counts if count is not None), default=None)

    @property
    def is_per_document(self) -> bool:
        """Whether each document gives at most one result, whatever the other documents are."""
        is_alone = self._grouping is None and not self.select.distinct
        return is_alone and bool(self.select.sources) and not self._sources

    @property
    def counts_rows(self) -> bool:
        """Whether the query is nothing but the number of rows that WHERE accepts."""
        select = self.select
        if self._sources or select.group_by or select.offset or len(select.columns) != 1:
            return False
        column = select.columns[0].expression
        return (
            isinstance(column, Call)
            and column.name == "COUNT"
            and len(column.arguments) == 1
            and isinstance(column.arguments[0], Literal)
            and column.arguments[0].value is not UNDEFINED
        )

    def count_result(self, count: int) -> Value:
        """The one result of a query that ``counts_rows``."""
        return count if self.select.value else {_names(self.select.columns)[0]: count}

    def count(self, expression: Expression | None, clause: str) -> int | None:
        """The number that TOP, OFFSET or LIMIT (*clause*) names; None without the clause."""
        if expression is None:
            return None
        value = self.compiler.constant(expression)
        if not is_number(value) or not 0 <= value < 2**31 or value != int(value):
            raise BadRequestError(f"{clause} takes a whole number from 0 to 2^31-1, not {value!r}.")
        return int(value)

    def accepts(self, document: Value) -> bool:
        """Whether WHERE is true of *document*; only for queries without JOIN."""
        return self._where is None or self._where({self.root or "": document}) is True

    def result(self, document: Value) -> Value:
        """What SELECT makes of *document* when ``is_per_document``."""
        return self._project({self.root or "": document})

    def results(self, documents: Iterable[Any], *, presorted: bool = False) -> Iterator[Any]:
        """All results, in order. *presorted*: the documents come in the order of ORDER BY."""
        rows = (
            ({self.root or "": document} for document in documents) if self.select.sources else [{}]
        )
        return self._finish(self._rows(rows), presorted)

    def results_within(self, outer: Row) -> Iterator[Any]:
        """The results as a subquery of the row *outer*."""
        results = self._finish(self._rows([outer]), presorted=False)
        start = self.count(self.select.offset, "OFFSET") or 0
        return islice(results, start, None if self.most is None else start + self.most)

    def _finish(self, rows: Iterable[Row], presorted: bool) -> Iterator[Any]:
        if self._grouping is not None:
            rows = self._grouping.groups(rows)
        if not presorted:
            for key, descending in reversed(self._orders):
                rows = sorted(rows, key=lambda row: sort_key(key(row)), reverse=descending)
        values = (value for row in rows if (value := self._project(row)) is not UNDEFINED)
        return _distinct(values) if self.select.distinct else values

    def _rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            for joined in self._join(row, 0):
                if self._where is None or self._where(joined) is True:
                    yield joined

    def _join(self, row: Row, index: int) -> Iterator[Row]:
        if index == len(self._sources):
            yield row
            return
        alias, path, iterate = self._sources[index]
        value = path(row)
        found = (value if isinstance(value, list) else []) if iterate else [value]
        for element in found:
            if element is not UNDEFINED:
                yield from self._join({**row, alias: element}, index + 1)

    def _source(self, source: Source) -> tuple[str, Compiled, bool]:
        assert source.path is not None
        return source.alias, self.compiler.compile(source.path), source.iterate


def compile_subquery(node: Subquery, outer: Compiler) -> Compiled:
    """EXISTS is a boolean, ARRAY all results, a scalar subquery its first result."""
    program = Program(node.select, outer.parameters, outer.aliases)
    if node.kind == "EXISTS":
        return lambda row: any(True for _ in program.results_within(row))
    if node.kind == "ARRAY":
        return lambda row: list(program.results_within(row))
    return lambda row: next(program.results_within(row), UNDEFINED)


def _root_alias(sources: tuple[Source, ...]) -> str | None:
    """The name of the document: FROM's alias, or what its path starts with."""
    if not sources:
        return None
    if sources[0].path is None:
        return sources[0].alias
    start: Expression = sources[0].path
    while isinstance(start, Member):
        start = start.base
    return start.name if isinstance(start, Name) else None


def _projection(select: Select, compiler: Compiler) -> Compiled:
    if not select.columns:
        if len(select.sources) != 1:
            raise BadRequestError("'SELECT *' is only valid with a single input set.")
        alias = select.sources[0].alias
        return lambda row: row[alias]
    compiled = [compiler.compile(column.expression) for column in select.columns]
    if select.value:
        return compiled[0]
    members = list(zip(_names(select.columns), compiled, strict=True))
    return lambda row: {n: v for n, value in members if (v := value(row)) is not UNDEFINED}


def _names(columns: tuple[Column, ...]) -> list[str]:
    """Each column's name; one without gets ``$1``, ``$2``, …"""
    names: list[str] = []
    unnamed = 0
    for column in columns:
        name = column.alias or _find_name(column.expression)
        if name is None:
            unnamed += 1
            name = f"${unnamed}"
        if name in names:
            raise BadRequestError(f"The column {name!r} is selected twice: give one an alias.")
        names.append(name)
    return names


def _find_name(expression: Expression) -> str | None:
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Member) and isinstance(expression.key, Literal):
        return expression.key.value if isinstance(expression.key.value, str) else None
    return None


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        key = identity(value)
        if key not in seen:
            seen.add(key)
            yield value
