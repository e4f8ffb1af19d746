"""Query text → syntax tree."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.expression_parser import RESERVED, ExpressionParser
from local.standins.cosmos.query.nodes import Column, Expression, Order, Select, Source

MOST_ORDERS: Final = 8  # as a composite index has paths at most


@lru_cache(maxsize=512)
def parse(text: str) -> Select:
    """The query in *text*. Raises BadRequestError that names the place that is wrong."""
    parser = Parser(text)
    select = parser.select()
    if parser.token.kind != "end":
        raise parser.error("expected the end of the query")
    return select


def parse_condition(text: str) -> Select:
    """The condition of a patch: ``FROM c WHERE …`` without its SELECT."""
    return parse(f"SELECT * {text}")


class Parser(ExpressionParser):
    def select(self) -> Select:
        self.expect("SELECT")
        distinct = self.accept("DISTINCT")
        top = self._primary() if self.accept("TOP") else None
        distinct = self.accept("DISTINCT") or distinct
        value = self.accept("VALUE")
        columns = () if self.accept("*") else self._columns(value=value)
        sources = self._sources() if self.accept("FROM") else ()
        where = self.expression() if self.accept("WHERE") else None
        group_by = self._group_by() if self.accept("GROUP", "BY") else ()
        order_by = self._order_by() if self.accept("ORDER", "BY") else ()
        offset, limit = self._page()
        return Select(
            columns, value, distinct, top, sources, where, group_by, order_by, offset, limit
        )

    def _columns(self, *, value: bool) -> tuple[Column, ...]:
        columns = [self._column()]
        while self.accept(","):
            columns.append(self._column())
        if value and len(columns) > 1:
            raise self.error("SELECT VALUE takes one expression")
        return tuple(columns)

    def _column(self) -> Column:
        expression = self.expression()
        named = self.accept("AS")
        return Column(expression, self.identifier() if named or self._at_alias() else None)

    def _at_alias(self) -> bool:
        return self.token.kind == "word" and self.token.upper not in RESERVED

    def _sources(self) -> tuple[Source, ...]:
        sources = [self._source(is_first=True)]
        while self.accept("JOIN") or self.accept(","):
            sources.append(self._source(is_first=False))
        return tuple(sources)

    def _source(self, *, is_first: bool) -> Source:
        if self.peek().upper == "IN":
            alias = self.identifier()
            self.expect("IN")
            return Source(alias, self._unary(), iterate=True)
        start = self.token
        path = self._unary()
        is_root = is_first and self.peek(-1) is start  # one word: the container, by any name
        if self.accept("AS") or self._at_alias():
            alias = self.identifier()
        elif is_root:
            alias = start.text
        else:
            alias = self.peek(-1).text  # FROM c.children is called children
        return Source(alias, None if is_root else path, iterate=False)

    def _group_by(self) -> tuple[Expression, ...]:
        keys = [self.expression()]
        while self.accept(","):
            keys.append(self.expression())
        return tuple(keys)

    def _order_by(self) -> tuple[Order, ...]:
        orders = [self._order()]
        while self.accept(","):
            orders.append(self._order())
        if len(orders) > MOST_ORDERS:
            raise BadRequestError(f"ORDER BY takes at most {MOST_ORDERS} expressions.")
        return tuple(orders)

    def _order(self) -> Order:
        expression = self.expression()
        descending = self.accept("DESC")
        if not descending:
            self.accept("ASC")
        return Order(expression, descending)

    def _page(self) -> tuple[Expression | None, Expression | None]:
        if not self.accept("OFFSET"):
            return None, None
        offset = self._primary()
        self.expect("LIMIT")
        return offset, self._primary()
