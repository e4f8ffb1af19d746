"""JSON merge patch: how part of a settings document is changed (RFC 7396)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEEPEST = 8


def merge(document: Mapping[str, Any], patch: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """*document* after *patch*: objects merge, null removes, all else replaces.

    Raises ValueError for a patch nested deeper than any of our documents.
    """
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST}")
    result = dict(document)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            old = result.get(name)
            result[name] = merge(old if isinstance(old, Mapping) else {}, value, depth + 1)
        else:
            result[name] = value
    return result
