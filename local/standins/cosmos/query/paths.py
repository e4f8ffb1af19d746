"""Property paths as SQL over the column ``body``.

A path gives two expressions: its *rank* (the type's place in the order of types, see ``values``)
and its *value*. Together they compare and sort as the query language does, and an index on both
serves filters and ORDER BY.
"""

from __future__ import annotations

from functools import lru_cache

from local.standins.cosmos.query.nodes import Expression, Literal, Member, Name

Path = tuple[str | int, ...]


def path_of(expression: Expression, root: str | None) -> Path | None:
    """The path when *expression* is one from the document and SQLite can name it."""
    steps: list[str | int] = []
    while isinstance(expression, Member):
        if not isinstance(expression.key, Literal) or not _is_nameable(expression.key.value):
            return None
        steps.append(expression.key.value)
        expression = expression.base
    if not isinstance(expression, Name) or expression.name != root or not steps:
        return None
    return tuple(reversed(steps))


def _is_nameable(key: object) -> bool:
    if isinstance(key, str):
        return key != "" and all(c >= " " and c not in '"\\' for c in key)
    return type(key) is int and 0 <= key < 2**31


@lru_cache(maxsize=1024)
def value_sql(path: Path) -> str:
    return f"json_extract(body, {_literal(path)})"


@lru_cache(maxsize=1024)
def rank_sql(path: Path) -> str:
    return (
        f"CASE json_type(body, {_literal(path)}) WHEN 'null' THEN 1 WHEN 'false' THEN 2 "
        "WHEN 'true' THEN 2 WHEN 'integer' THEN 3 WHEN 'real' THEN 3 WHEN 'text' THEN 4 "
        "WHEN 'array' THEN 5 WHEN 'object' THEN 6 ELSE 0 END"
    )


def _literal(path: Path) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f'."{step}"' for step in path)
    return "'$" + steps.replace("'", "''") + "'"
