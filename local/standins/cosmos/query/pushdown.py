"""WHERE and ORDER BY → what SQLite can do of them.

Only conditions whose *true* set SQL hits exactly are translated, and only where undefined and
false mean the same: under AND and OR, never under NOT. The rest stays with ``Program``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from local.standins.cosmos.query.evaluate import Compiler
from local.standins.cosmos.query.nodes import (
    Between,
    Binary,
    Call,
    Expression,
    In,
    Literal,
    Logical,
    Order,
    Parameter,
    Unary,
)
from local.standins.cosmos.query.paths import Path, path_of, rank_sql, value_sql
from local.standins.cosmos.query.values import (
    ARRAY_RANK,
    BOOLEAN_RANK,
    NULL_RANK,
    NUMBER_RANK,
    OBJECT_RANK,
    STRING_RANK,
    UNDEFINED,
    UNDEFINED_RANK,
    Value,
    rank,
)

_FLIPPED: Final = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_TYPE_TESTS: Final = {
    "IS_NULL": (NULL_RANK,),
    "IS_BOOL": (BOOLEAN_RANK,),
    "IS_NUMBER": (NUMBER_RANK,),
    "IS_STRING": (STRING_RANK,),
    "IS_ARRAY": (ARRAY_RANK,),
    "IS_OBJECT": (OBJECT_RANK,),
    "IS_PRIMITIVE": (NULL_RANK, BOOLEAN_RANK, NUMBER_RANK, STRING_RANK),
}
# SQLite limits a statement's depth, length and arguments; the rest of WHERE is evaluated here.
_MOST_CONDITIONS: Final = 200
_MOST_CHARACTERS: Final = 500_000
_MOST_ARGUMENTS: Final = 20_000
_LAST_CHARACTER: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true of a row exactly when the expression is true of its document."""

    sql: str
    arguments: tuple[Any, ...] = ()
    equals: Path | None = None  # the path that this pins to one value
    within: Path | None = None  # the path that this holds in a range
    constant: Value = UNDEFINED  # the value of ``equals``
    pins_partition: bool = False  # whether it holds for one partition key only


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions of WHERE that SQL takes; *exact* when these are all of WHERE."""

    conditions: list[Condition] = field(default_factory=list)
    exact: bool = True


NEVER: Final = Condition("0")


def push_where(where: Expression | None, compiler: Compiler, root: str | None) -> Filter:
    """Split WHERE at its top-level ANDs and translate what can be."""
    translator = _Translator(compiler, root)
    pushed: list[Condition] = []
    exact = True
    characters = arguments = 0
    for conjunct in _conjuncts(where):
        condition = translator.condition(conjunct)
        if condition is not None:
            characters += len(condition.sql)
            arguments += len(condition.arguments)
        if (
            condition is None
            or len(pushed) == _MOST_CONDITIONS
            or characters > _MOST_CHARACTERS
            or arguments > _MOST_ARGUMENTS
        ):
            exact = False
        else:
            pushed.append(condition)
    return Filter(pushed, exact)


def push_order(orders: tuple[Order, ...], root: str | None) -> list[tuple[Path, bool]] | None:
    """Paths with *descending*; None when an order is not a plain path."""
    paths = [(path_of(order.expression, root), order.descending) for order in orders]
    known = [(path, descending) for path, descending in paths if path is not None]
    return known if len(known) == len(paths) else None


def _conjuncts(expression: Expression | None) -> Iterator[Expression]:
    if isinstance(expression, Logical) and expression.operator == "AND":
        for operand in expression.operands:
            yield from _conjuncts(operand)
    elif expression is not None:
        yield expression


class _Translator:
    def __init__(self, compiler: Compiler, root: str | None) -> None:
        self._compiler = compiler
        self._root = root

    def condition(self, node: Expression) -> Condition | None:
        if isinstance(node, Logical):
            return self._combine(node)
        if isinstance(node, Binary):
            return self._comparison(node) if node.operator in _FLIPPED else None
        if isinstance(node, In):
            return self._among(node)
        if isinstance(node, Between):
            return self._between(node)
        return self._call(node) if isinstance(node, Call) else None

    def _combine(self, node: Logical) -> Condition | None:
        return _join(node.operator, [self.condition(operand) for operand in node.operands])

    def _comparison(self, node: Binary) -> Condition | None:
        path, constant = path_of(node.left, self._root), self._constant(node.right)
        operator = node.operator
        if path is None:
            path, constant = path_of(node.right, self._root), self._constant(node.left)
            operator = _FLIPPED[operator]
        return None if path is None or constant is None else _compare(path, operator, constant[0])

    def _among(self, node: In) -> Condition | None:
        path = path_of(node.operand, self._root)
        constants = [self._constant(choice) for choice in node.choices]
        if path is None or not constants:
            return None
        return _join(
            "OR", [constant and _compare(path, "=", constant[0]) for constant in constants]
        )

    def _between(self, node: Between) -> Condition | None:
        path = path_of(node.operand, self._root)
        low, high = self._constant(node.low), self._constant(node.high)
        if path is None or low is None or high is None:
            return None
        above, below = _compare(path, ">=", low[0]), _compare(path, "<=", high[0])
        if above is None or below is None:
            return None
        return Condition(
            f"({above.sql} AND {below.sql})", above.arguments + below.arguments, within=path
        )

    def _call(self, node: Call) -> Condition | None:
        path = path_of(node.arguments[0], self._root) if node.arguments else None
        if path is None:
            return None
        if node.name == "STARTSWITH" and len(node.arguments) == 2:
            prefix = self._constant(node.arguments[1])
            return _starts_with(path, prefix[0]) if prefix else None
        if len(node.arguments) != 1:
            return None
        if node.name == "IS_DEFINED":
            return Condition(f"({rank_sql(path)} <> {UNDEFINED_RANK})")
        ranks = _TYPE_TESTS.get(node.name)
        if ranks is None:
            return None
        return Condition(f"({rank_sql(path)} IN ({', '.join(map(str, ranks))}))")

    def _constant(self, node: Expression) -> tuple[Any] | None:
        """The value in a 1-tuple; None when *node* is no constant."""
        inner = node.operand if isinstance(node, Unary) and node.operator in {"-", "+"} else node
        if not isinstance(inner, (Literal, Parameter)):
            return None
        return (self._compiler.constant(node),)


def _join(operator: str, conditions: list[Condition | None]) -> Condition | None:
    """All of *conditions* in one, as a balanced tree, for SQLite limits its depth."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    left, right = _join(operator, conditions[:half]), _join(operator, conditions[half:])
    if left is None or right is None:
        return None
    return Condition(f"({left.sql} {operator} {right.sql})", left.arguments + right.arguments)


def _compare(path: Path, operator: str, constant: Value) -> Condition | None:
    kind = rank(constant)
    if kind == UNDEFINED_RANK:
        return NEVER
    if kind == NULL_RANK:
        return _compare_null(path, operator)
    if not _is_comparable(constant):
        return None
    rank_is = f"{rank_sql(path)} = {kind}"
    value = int(constant) if kind == BOOLEAN_RANK else constant
    if operator == "!=":
        sql = f"({rank_sql(path)} <> 0 AND NOT ({rank_is} AND {value_sql(path)} = ?))"
        return Condition(sql, (value,))
    sql = f"({rank_is} AND {value_sql(path)} {operator} ?)"
    if operator == "=":
        return Condition(sql, (value,), equals=path, constant=constant)
    return Condition(sql, (value,), within=path)


def _is_comparable(constant: Value) -> bool:
    """Whether SQLite compares it alike: integers that are doubles, text without a NUL."""
    kind = rank(constant)
    if kind == NUMBER_RANK:
        return bool(abs(constant) < 2**53)
    return kind == BOOLEAN_RANK or (kind == STRING_RANK and "\0" not in constant)


def _compare_null(path: Path, operator: str) -> Condition:
    if operator in {"<", ">"}:
        return NEVER
    if operator == "!=":
        return Condition(f"({rank_sql(path)} > {NULL_RANK})")
    return Condition(f"({rank_sql(path)} = {NULL_RANK})")


def _starts_with(path: Path, prefix: Value) -> Condition | None:
    if not isinstance(prefix, str) or "\0" in prefix:
        return None
    return Condition(
        f"({rank_sql(path)} = {STRING_RANK} AND {value_sql(path)} >= ? AND {value_sql(path)} < ?)",
        (prefix, prefix + _LAST_CHARACTER),
        within=path,
    )
