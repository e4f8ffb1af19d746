"""JSON as this service takes and gives it: nested no deeper than Cosmos DB allows."""

from __future__ import annotations

from typing import Final

import orjson

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.values import Value, is_deeper

MOST_DOCUMENT_DEPTH: Final = 128
MOST_BODY_DEPTH: Final = MOST_DOCUMENT_DEPTH + 8  # a batch wraps its documents


def parse_json(text: bytes | str, *, most_depth: int = MOST_BODY_DEPTH) -> Value:
    """Raises BadRequestError when *text* is not JSON (NaN and Infinity are not) or too deep."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"The request body is not valid JSON: {error}.") from error
    check_depth(value, text.encode() if isinstance(text, str) else text, most_depth)
    return value


def write_json(value: Value) -> bytes:
    """Raises BadRequestError when *value* nests deeper than can be written."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise BadRequestError(f"The result cannot be written as JSON: {error}.") from error


def check_depth(value: Value, text: bytes, most: int) -> None:
    """Raises BadRequestError when *value*, whose JSON is *text*, nests deeper than *most*."""
    # Most texts have too few brackets for that, which is quickly counted.
    if text.count(b"[") + text.count(b"{") > most and is_deeper(value, most):
        raise BadRequestError(f"The JSON nests deeper than {most} levels.")
