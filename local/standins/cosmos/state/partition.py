"""Partition keys: what a container's definition says, and a document's place by it."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.values import UNDEFINED, Value
from local.standins.cosmos.state.murmur import murmur3_128

_STEP: Final = re.compile(r'/(?:"([^"]+)"|([^/"]+))')
MOST_PATHS: Final = 3


class Partitioning:
    """A partition key definition. A key is the JSON text of the list of its values."""

    def __init__(self, definition: Value) -> None:
        if not isinstance(definition, Mapping) or not definition.get("paths"):
            raise BadRequestError("A container needs a partitionKey with paths.")
        kind = definition.get("kind", "Hash")
        if kind not in ("Hash", "MultiHash"):
            raise NotImplementedHereError(f"Partition keys of kind {kind} are not supported.")
        if definition.get("version", 2) != 2:
            raise NotImplementedHereError("Only partition keys of version 2 are supported.")
        paths = definition["paths"]
        if not isinstance(paths, list) or len(paths) > (MOST_PATHS if kind == "MultiHash" else 1):
            raise BadRequestError(f"A {kind} partition key cannot have the paths {paths!r}.")
        self.is_hierarchical = kind == "MultiHash"
        self.paths = tuple(_steps(path) for path in paths)

    def key_of(self, document: Mapping[str, Any]) -> str:
        """The key of *document*."""
        return key_text([_at(document, path) for path in self.paths])

    def effective_key(self, key: str) -> str:
        """Where *key* lies between "" and "FF"."""
        return _hash_key(key, self.is_hierarchical)


def key_text(values: list[Any]) -> str:
    """The key made of *values*; undefined is written ``{}``, as the SDKs do."""
    return orjson.dumps([_component(value) for value in values]).decode()


def parse_key(header: str) -> str:
    """The key in the header x-ms-documentdb-partitionkey."""
    try:
        values = orjson.loads(header)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"The partition key header {header!r} is not JSON.") from error
    if not isinstance(values, list):
        raise BadRequestError(f"The partition key header {header!r} is not a JSON array.")
    return key_text([UNDEFINED if value == {} else value for value in values])


def _steps(path: Value) -> tuple[str, ...]:
    if not isinstance(path, str) or not (steps := _STEP.findall(path)):
        raise BadRequestError(f"The partition key path {path!r} is malformed.")
    if "".join(f'/"{quoted}"' if quoted else f"/{plain}" for quoted, plain in steps) != path:
        raise BadRequestError(f"The partition key path {path!r} is malformed.")
    return tuple(quoted or plain for quoted, plain in steps)


def _at(document: Value, path: tuple[str, ...]) -> Value:
    for step in path:
        if not isinstance(document, Mapping) or step not in document:
            return UNDEFINED
        document = document[step]
    return document


def _component(value: Value) -> Value:
    if value is UNDEFINED:
        return {}
    if isinstance(value, (list, dict)):
        raise BadRequestError("A partition key value must be a string, number, boolean or null.")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


@lru_cache(maxsize=65536)
def _hash_key(key: str, is_hierarchical: bool) -> str:
    parts = [_hashable(value) for value in orjson.loads(key)]
    if is_hierarchical:
        return "".join(_hash_text(part) for part in parts)
    return _hash_text(b"".join(parts))


def _hashable(value: Value) -> bytes:
    if value == {}:
        return b"\x00"
    if value is None:
        return b"\x01"
    if isinstance(value, bool):
        return b"\x03" if value else b"\x02"
    if isinstance(value, str):
        return b"\x08" + value.encode() + b"\xff"
    return b"\x05" + struct.pack("<d", float(value))


def _hash_text(part: bytes) -> str:
    low, high = murmur3_128(part)
    digits = bytearray(struct.pack(">QQ", high, low))
    digits[0] &= 0x3F  # keeps every key below "FF"
    return digits.hex().upper()
