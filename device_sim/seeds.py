"""Names as parts of a seed, so that every device and use has random numbers of its own."""

from __future__ import annotations

import hashlib


def number_of(name: str) -> int:
    """The same 64-bit number for the same *name*, on every machine and in every process."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
