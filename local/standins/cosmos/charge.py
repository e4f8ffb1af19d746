"""Request units, estimated: what an operation would cost about, not to the digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
    policy = definition.get("indexingPolicy") or {}
    if policy.get("indexingMode") == "none":
        return 0
    if any(path.get("path") == "/*" for path in policy.get("excludedPaths") or ()):
        return len(policy.get("includedPaths") or ())
    return min(body.count(",") + 1, _MOST_INDEXED)
