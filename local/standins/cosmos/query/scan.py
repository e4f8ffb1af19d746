"""The SELECT statement that walks a container's documents for a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.standins.cosmos.query.evaluate import Compiler
from local.standins.cosmos.query.nodes import Select
from local.standins.cosmos.query.paths import Path, rank_sql, value_sql
from local.standins.cosmos.query.pushdown import Condition, Filter, push_order, push_where
from local.standins.cosmos.query.values import UNDEFINED, Value, equal

_MOST_EQUALITIES = 2  # paths pinned to a value that an index starts with

OrderedPath = tuple[Path, bool]  # path, descending


@dataclass(frozen=True, slots=True)
class Position:
    """A row's place in the scan: the values of its order columns, and its number."""

    columns: tuple[Any, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What SQL does of a query.

    ``exact``: the rows are those that WHERE accepts. ``order`` is None when ORDER BY has to be
    done outside. ``pins`` maps the paths that WHERE pins to a value to that value.
    """

    conditions: tuple[Condition, ...]
    exact: bool
    order: tuple[OrderedPath, ...] | None
    pins: Mapping[Path, Any]

    def index_columns(self, known: Mapping[Path, Value]) -> tuple[OrderedPath, ...]:
        """The paths an index should have for this scan; *known* ones are the partition key's.

        Directions are relative to the first order, since SQLite walks an index both ways.
        """
        pinned = [path for path in self.pins if path not in known][:_MOST_EQUALITIES]
        walk = self.walk
        backwards = bool(walk) and walk[0][1]
        sorting = [(path, down != backwards) for path, down in walk if path not in pinned]
        return (*((path, False) for path in pinned), *sorting)

    @property
    def walk(self) -> tuple[OrderedPath, ...]:
        """The paths whose order rows come in: ORDER BY's, else one that WHERE holds in a range.

        The latter lets a page start where the last one ended, without a look at what came before.
        """
        if self.order:
            return self.order
        ranges = [c.within for c in self.conditions if c.within is not None]
        return tuple((path, False) for path in ranges[:1])

    def where(self, known: Mapping[Path, Value]) -> list[Condition]:
        """The conditions that the *known* values do not fulfil already."""
        return [
            c
            for c in self.conditions
            if c.equals is None or equal(known.get(c.equals, UNDEFINED), c.constant) is not True
        ]

    def order_sql(self) -> list[tuple[str, bool]]:
        """Expressions to sort by with *descending*, the document's number last."""
        # SQLite reads an index in order only when no column it holds fixed is sorted by.
        of_one_type = {c.within or c.equals for c in self.conditions}
        columns: list[tuple[str, bool]] = []
        walk = self.walk
        for path, descending in walk:
            if path not in of_one_type:
                columns.append((rank_sql(path), descending))
            columns.append((value_sql(path), descending))
        return [*columns, ("n", bool(walk) and walk[0][1])]

    def after_sql(self, position: Position) -> Condition:
        """True of rows that come after *position* in the order."""
        *columns, (number, backwards) = self.order_sql()
        condition = Condition(f"{number} {'<' if backwards else '>'} ?", (position.number,))
        for (sql, descending), value in reversed(list(zip(columns, position.columns, strict=True))):
            beyond = f"{sql} {'<' if descending else '>'} ?"
            condition = Condition(
                f"({beyond} OR ({sql} IS ? AND {condition.sql}))",
                (value, value, *condition.arguments),
            )
        # The plus keeps SQLite from taking an OR apart, which would cost it the index's order.
        return Condition(f"+{condition.sql}", condition.arguments) if columns else condition


def plan_scan(select: Select, compiler: Compiler, root: str | None) -> Scan:
    """Decide what SQL does of *select*."""
    is_plain = all(source.path is None for source in select.sources)
    if [source.alias for source in select.sources].count(root or "") > (is_plain or 0):
        root = None  # a JOIN's alias hides the document's
    found: Filter = push_where(select.where, compiler, root)
    order = push_order(select.order_by, root) if is_plain else None
    pins = {c.equals: c.constant for c in found.conditions if c.equals is not None}
    return Scan(tuple(found.conditions), found.exact, None if order is None else tuple(order), pins)
