"""Resource ids: the base64 names in ``_rid`` and ``_self``, in the layout the SDKs check.

A database has 4 bytes, a container 4 more whose first bit is set, a document or a partition key
range 8 more whose last four bits say which.
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Final

_CONTAINER_BIT: Final = 0x80000000
_RANGE_NIBBLE: Final = 0x50 << 56


def database_rid(number: int) -> str:
    return _encode(struct.pack(">I", number))


def container_rid(database: int, container: int) -> str:
    return _encode(struct.pack(">II", database, container | _CONTAINER_BIT))


def document_rid(database: int, container: int, number: int) -> str:
    return _encode(struct.pack(">II", database, container | _CONTAINER_BIT) + _low(number))


def range_rid(database: int, container: int) -> str:
    first = 1 | _RANGE_NIBBLE
    return _encode(struct.pack(">II", database, container | _CONTAINER_BIT) + _low(first))


def document_number(rid: str) -> int | None:
    """The number in a document's resource id; None when *rid* is none."""
    try:
        parts = base64.b64decode(rid, b"+-", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(parts) != 16 or parts[15] >> 4:
        return None
    number = int(struct.unpack("<Q", parts[8:])[0])
    return number if number < 2**63 else None


def _encode(parts: bytes) -> str:
    return base64.b64encode(parts, b"+-").decode()


def _low(number: int) -> bytes:
    return struct.pack("<Q", number)
