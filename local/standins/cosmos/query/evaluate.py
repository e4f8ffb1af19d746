"""Expressions → closures over a row: the one place that says what an operator means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.aggregates import AGGREGATES
from local.standins.cosmos.query.functions import FUNCTIONS
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
    Subquery,
    Unary,
)
from local.standins.cosmos.query.operators import BINARY, UNARY, all_of, any_of
from local.standins.cosmos.query.values import UNDEFINED, Value, equal

Row = Mapping[str, Any]  # alias → value
Compiled = Callable[[Row], Any]
CompileSubquery = Callable[[Subquery, "Compiler"], Compiled]


class Compiler:
    """Turns expressions into closures.

    ``parameters`` maps ``@name`` to its value; ``aliases`` are the names a row binds.
    """

    def __init__(
        self,
        parameters: Mapping[str, Any],
        aliases: frozenset[str],
        compile_subquery: CompileSubquery,
    ) -> None:
        self.parameters = parameters
        self.aliases = aliases
        self.compile_subquery = compile_subquery

    def compile(self, expression: Expression) -> Compiled:
        """The closure of *expression*. Raises BadRequestError for what does not exist."""
        return _BY_NODE[type(expression)](self, expression)

    def constant(self, expression: Expression) -> Value:
        """The value of a literal or parameter."""
        return self.compile(expression)({})

    def literal(self, node: Literal) -> Compiled:
        value = node.value
        return lambda _: value

    def parameter(self, node: Parameter) -> Compiled:
        if node.name not in self.parameters:
            raise BadRequestError(f"The query names {node.name}, which no parameter supplies.")
        value = self.parameters[node.name]
        return lambda _: value

    def name(self, node: Name) -> Compiled:
        name = node.name
        if name not in self.aliases:
            raise BadRequestError(f"Identifier '{name}' could not be resolved.")
        return lambda row: row.get(name, UNDEFINED)

    def member(self, node: Member) -> Compiled:
        base, key = self.compile(node.base), self.compile(node.key)
        if isinstance(node.key, Literal) and isinstance(node.key.value, str):
            name = node.key.value

            def get(row: Row) -> Value:
                value = base(row)
                return value.get(name, UNDEFINED) if type(value) is dict else UNDEFINED

            return get
        return lambda row: _index(base(row), key(row))

    def unary(self, node: Unary) -> Compiled:
        operand, operator = self.compile(node.operand), UNARY[node.operator]
        return lambda row: operator(operand(row))

    def binary(self, node: Binary) -> Compiled:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator == "??":
            return lambda row: right(row) if (value := left(row)) is UNDEFINED else value
        operator = BINARY[node.operator]
        return lambda row: operator(left(row), right(row))

    def logical(self, node: Logical) -> Compiled:
        operands = [self.compile(operand) for operand in node.operands]
        combine = all_of if node.operator == "AND" else any_of
        return lambda row: combine(operand(row) for operand in operands)

    def conditional(self, node: Conditional) -> Compiled:
        test, then = self.compile(node.test), self.compile(node.then)
        otherwise = self.compile(node.otherwise)
        return lambda row: then(row) if test(row) is True else otherwise(row)

    def between(self, node: Between) -> Compiled:
        operand, low, high = (self.compile(e) for e in (node.operand, node.low, node.high))
        at_least, at_most = BINARY[">="], BINARY["<="]

        def inside(row: Row) -> Value:
            value = operand(row)
            return all_of((at_least(value, low(row)), at_most(value, high(row))))

        return inside

    def in_(self, node: In) -> Compiled:
        operand = self.compile(node.operand)
        choices = [self.compile(choice) for choice in node.choices]

        def is_among(row: Row) -> Value:
            value = operand(row)
            if value is UNDEFINED:
                return UNDEFINED
            return any(equal(value, choice(row)) is True for choice in choices)

        return is_among

    def like(self, node: Like) -> Compiled:
        operand, pattern = self.compile(node.operand), self.compile(node.pattern)
        escape = self.compile(node.escape) if node.escape else lambda _: ""

        def matches(row: Row) -> Value:
            value, wanted, escaping = operand(row), pattern(row), escape(row)
            if not all(isinstance(part, str) for part in (value, wanted, escaping)):
                return UNDEFINED
            return _compile_like(wanted, escaping).fullmatch(value) is not None

        return matches

    def call(self, node: Call) -> Compiled:
        if node.name in AGGREGATES:
            return self.aggregate(node)
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise NotImplementedHereError(f"The function {node.name} is not supported.")
        if not function.least <= len(node.arguments) <= function.most:
            raise BadRequestError(f"{node.name} was called with {len(node.arguments)} arguments.")
        arguments = [self.compile(argument) for argument in node.arguments]
        apply = function.apply
        return lambda row: apply(*[argument(row) for argument in arguments])

    def aggregate(self, node: Call) -> Compiled:
        raise BadRequestError(f"{node.name} is an aggregate: it belongs in the SELECT clause.")

    def array(self, node: ArrayLiteral) -> Compiled:
        elements = [self.compile(element) for element in node.elements]
        return lambda row: [v for e in elements if (v := e(row)) is not UNDEFINED]

    def object(self, node: ObjectLiteral) -> Compiled:
        members = [(name, self.compile(value)) for name, value in node.members]
        return lambda row: {n: v for n, e in members if (v := e(row)) is not UNDEFINED}

    def subquery(self, node: Subquery) -> Compiled:
        return self.compile_subquery(node, self)


_BY_NODE: Final[dict[type, Callable[[Compiler, Any], Compiled]]] = {
    Literal: Compiler.literal,
    Parameter: Compiler.parameter,
    Name: Compiler.name,
    Member: Compiler.member,
    Unary: Compiler.unary,
    Binary: Compiler.binary,
    Logical: Compiler.logical,
    Conditional: Compiler.conditional,
    Between: Compiler.between,
    In: Compiler.in_,
    Like: Compiler.like,
    Call: Compiler.call,
    ArrayLiteral: Compiler.array,
    ObjectLiteral: Compiler.object,
    Subquery: Compiler.subquery,
}


def _index(base: Value, key: Value) -> Value:
    if isinstance(base, dict) and isinstance(key, str):
        return base.get(key, UNDEFINED)
    if isinstance(base, list) and type(key) in {int, float} and key == int(key):
        return base[int(key)] if 0 <= key < len(base) else UNDEFINED
    return UNDEFINED


@lru_cache(maxsize=256)
def _compile_like(pattern: str, escape: str) -> re.Pattern[str]:
    """``%`` is any text, ``_`` one character, ``[abc]`` and ``[^a-c]`` classes as in T-SQL."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        closing = pattern.find("]", at + 2) if character == "[" else -1
        if escape and character == escape and at + 1 < len(pattern):
            parts.append(re.escape(pattern[at + 1]))
            at += 1
        elif closing > 0:
            inner = pattern[at + 1 : closing].replace("\\", "\\\\").replace("[", "\\[")
            parts.append(f"[{inner}]")
            at = closing
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
        at += 1
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error as error:
        raise BadRequestError(f"The LIKE pattern {pattern!r} is malformed: {error}.") from error
