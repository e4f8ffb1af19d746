"""Request units, estimated: what an operation would cost about, not to the digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

_KILOBYTE: Final = 1024.0
_WRITE: Final = 5.5  # a kilobyte without indexed paths
_INDEXED_VALUE: Final = 0.13
_QUERY: Final = 2.3
_LOADED: Final = 0.35  # a kilobyte loaded by a query
_MOST_INDEXED: Final = 300


def read_charge(size: int) -> float:
    """A point read of *size* bytes: 1 for a kilobyte."""
    return max(1.0, round(size / _KILOBYTE, 2))


def write_charge(body: str, definition: Mapping[str, Any]) -> float:
    """A write, a replacement or a deletion of the document with this text."""
    kilobytes = max(1.0, len(body) / _KILOBYTE)
    return round(_WRITE * kilobytes + _INDEXED_VALUE * _count_indexed(body, definition), 2)


def query_charge(documents: int, size: int) -> float:
    """A page of a query that loaded *documents* of together *size* bytes."""
    return round(_QUERY + _LOADED * max(documents, size / _KILOBYTE), 2)


def _count_indexed(body: str, definition: Mapping[str, Any]) -> int:
    """How many values of the document are indexed, excluded paths taken by their first name."""
    policy = definition.get("indexingPolicy") or {}
    if policy.get("indexingMode") == "none":
        return 0
    excluded = [str(path.get("path")) for path in policy.get("excludedPaths") or ()]
    if "/*" in excluded:
        return len(policy.get("includedPaths") or ())
    names = {path.split("/")[1].strip('"') for path in excluded}
    values = (value for name, value in orjson.loads(body).items() if name not in names)
    return min(sum(map(_count_values, values)), _MOST_INDEXED)


def _count_values(value: Any) -> int:  # noqa: ANN401 (any JSON)
    if isinstance(value, dict):
        return sum(map(_count_values, value.values()))
    return sum(map(_count_values, value)) if isinstance(value, list) else 1
