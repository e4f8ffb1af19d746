"""Expressions, by precedence climbing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.cursor import Cursor
from local.standins.cosmos.query.nodes import (
    ArrayLiteral,
    Between,
    Binary,
    Call,
    Conditional,
    Expression,
    In,
    Like,
    Literal,
    Logical,
    Member,
    Name,
    ObjectLiteral,
    Parameter,
    Select,
    Subquery,
    Unary,
)
from local.standins.cosmos.query.values import UNDEFINED

MAX_DEPTH: Final = 60  # nested expressions; far deeper ones would exhaust the stack

# From the weakest binding to the strongest.
_PRECEDENCE: Final = {
    operator: level
    for level, operators in enumerate(
        (
            ("??",),
            ("OR",),
            ("AND",),
            ("=", "!=", "<>", "<", ">", "<=", ">=", "IN", "BETWEEN", "LIKE", "NOT"),
            ("|",),
            ("^",),
            ("&",),
            ("<<", ">>", ">>>"),
            ("||",),
            ("+", "-"),
            ("*", "/", "%"),
        )
    )
    for operator in operators
}
_COMPARISON: Final = _PRECEDENCE["="]
_CONSTANTS: Final = {"TRUE": True, "FALSE": False, "NULL": None, "UNDEFINED": UNDEFINED}
RESERVED: Final = frozenset(
    {
        "AND", "ARRAY", "AS", "ASC", "BETWEEN", "BY", "DESC",
        "DISTINCT", "ESCAPE", "EXISTS", "FALSE", "FROM", "GROUP", "IN",
        "JOIN", "LIKE", "LIMIT", "NOT", "NULL", "OFFSET", "OR",
        "ORDER", "SELECT", "TOP", "TRUE", "UNDEFINED", "VALUE", "WHERE",
    }
)  # fmt: skip


class ExpressionParser(Cursor, ABC):
    """Parses expressions; ``select`` comes from the class that parses whole queries."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    @abstractmethod
    def select(self) -> Select: ...

    def expression(self) -> Expression:
        with self._descend():
            test = self._binary(0)
            if not self.accept("?"):
                return test
            then = self.expression()
            self.expect(":")
            return Conditional(test, then, self.expression())

    @contextmanager
    def _descend(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadRequestError(f"The query nests deeper than {MAX_DEPTH} levels.")
        yield
        self._depth -= 1

    def _binary(self, weakest: int) -> Expression:
        """Operands joined by operators that bind no weaker than *weakest*."""
        left = self._negation() if weakest <= _COMPARISON and self.at("NOT") else self._unary()
        while (level := self._level()) >= weakest:
            if self.token.upper in {"IN", "BETWEEN", "LIKE", "NOT"}:
                left = self._predicate(left)
                continue
            operator = self.take().upper
            right = self._binary(level + 1)
            if operator in {"AND", "OR"}:
                left = _chain(operator, left, right)
            else:
                left = Binary("!=" if operator == "<>" else operator, left, right)
        return left

    def _level(self) -> int:
        """How strongly the operator that comes next binds; -1 when none does."""
        if self.token.kind not in {"word", "symbol"}:
            return -1
        if self.at("NOT") and self.peek().upper not in {"IN", "BETWEEN", "LIKE"}:
            return -1
        return _PRECEDENCE.get(self.token.upper, -1)

    def _negation(self) -> Expression:
        """NOT takes the whole comparison that follows."""
        with self._descend():
            self.expect("NOT")
            return Unary("NOT", self._binary(_COMPARISON))

    def _predicate(self, operand: Expression) -> Expression:
        negated = self.accept("NOT")
        kind = self.take().upper
        found: Expression
        if kind == "IN":
            self.expect("(")
            found = In(operand, self._list(")"))
        elif kind == "BETWEEN":
            low = self._binary(_COMPARISON + 1)
            self.expect("AND")
            found = Between(operand, low, self._binary(_COMPARISON + 1))
        else:
            pattern = self._binary(_COMPARISON + 1)
            escape = self._binary(_COMPARISON + 1) if self.accept("ESCAPE") else None
            found = Like(operand, pattern, escape)
        return Unary("NOT", found) if negated else found

    def _unary(self) -> Expression:
        for operator in ("-", "+", "~"):
            if self.accept(operator):
                with self._descend():
                    return Unary(operator, self._unary())
        return self._members(self._primary())

    def _members(self, base: Expression) -> Expression:
        while True:
            if self.accept("."):
                if self.token.kind != "word":
                    raise self.error("expected a property name after '.'")
                base = Member(base, Literal(self.take().text))
            elif self.accept("["):
                base = Member(base, self.expression())
                self.expect("]")
            else:
                return base

    def _primary(self) -> Expression:
        token = self.token
        if token.kind in {"number", "string"}:
            return Literal(self.take().value)
        if token.kind == "parameter":
            return Parameter(self.take().text)
        if token.kind == "word":
            return self._word()
        if self.accept("("):
            inner = Subquery("SCALAR", self.select()) if self.at("SELECT") else self.expression()
            self.expect(")")
            return inner
        if self.accept("["):
            return ArrayLiteral(self._list("]"))
        if self.accept("{"):
            return self._object()
        raise self.error("expected a value")

    def _word(self) -> Expression:
        word = self.token.upper
        if word in {"EXISTS", "ARRAY"} and self.peek().text == "(":
            self.take()
            self.expect("(")
            subquery = Subquery(word, self.select())
            self.expect(")")
            return subquery
        if word in _CONSTANTS:
            self.take()
            return Literal(_CONSTANTS[word])
        if self.peek().text == "(":
            self.take()
            self.expect("(")
            return Call(word, self._list(")"))
        if word == "UDF" and self.peek().text == ".":
            raise NotImplementedHereError("User-defined functions are not supported.")
        if word in RESERVED:
            raise self.error("expected a value")
        return Name(self.take().text)

    def _list(self, end: str) -> tuple[Expression, ...]:
        elements: list[Expression] = []
        while not self.accept(end):
            if elements:
                self.expect(",")
            elements.append(self.expression())
        return tuple(elements)

    def _object(self) -> Expression:
        members: list[tuple[str, Expression]] = []
        while not self.accept("}"):
            if members:
                self.expect(",")
            if self.token.kind not in {"string", "word"}:
                raise self.error("expected a property name")
            name = str(self.take().value)
            self.expect(":")
            members.append((name, self.expression()))
        return ObjectLiteral(tuple(members))


def _chain(operator: str, left: Expression, right: Expression) -> Expression:
    """AND and OR of many operands are one node, however long the chain is."""
    if isinstance(left, Logical) and left.operator == operator:
        return Logical(operator, (*left.operands, right))
    return Logical(operator, (left, right))
