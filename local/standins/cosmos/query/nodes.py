"""The syntax tree of a query."""

from __future__ import annotations

from dataclasses import dataclass

from local.standins.cosmos.query.values import Value


class Expression:
    """Anything that has a value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    value: Value


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """An alias bound in FROM or JOIN."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """``base.key`` or ``base[key]``."""

    base: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """AND or OR of two operands or more."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Between(Expression):
    operand: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class In(Expression):
    operand: Expression
    choices: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Like(Expression):
    operand: Expression
    pattern: Expression
    escape: Expression | None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A built-in function; the name is in upper case."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Expression):
    elements: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral(Expression):
    members: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    """``EXISTS(…)``, ``ARRAY(…)`` or a parenthesised query (kind ``SCALAR``)."""

    kind: str
    select: Select


@dataclass(frozen=True, slots=True)
class Column:
    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """``FROM path AS alias`` or, with *iterate*, ``alias IN path``; no path is the document."""

    alias: str
    path: Expression | None
    iterate: bool


@dataclass(frozen=True, slots=True)
class Order:
    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One SELECT. ``columns`` is empty for ``SELECT *``; *value* marks ``SELECT VALUE``."""

    columns: tuple[Column, ...]
    value: bool
    distinct: bool
    top: Expression | None
    sources: tuple[Source, ...]
    where: Expression | None
    group_by: tuple[Expression, ...]
    order_by: tuple[Order, ...]
    offset: Expression | None
    limit: Expression | None
