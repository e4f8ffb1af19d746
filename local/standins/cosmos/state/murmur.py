"""MurmurHash3, 128 bits for x64: the hash behind effective partition keys."""

from __future__ import annotations

import struct
from typing import Final

_MASK: Final = 0xFFFFFFFFFFFFFFFF
_C1: Final = 0x87C37B91114253D5
_C2: Final = 0x4CF5AD432745937F


def murmur3_128(key: bytes) -> tuple[int, int]:
    """The low and the high 64 bits of the hash of *key* with seed 0."""
    low = high = 0
    whole = len(key) & ~15
    for first, second in struct.iter_unpack("<QQ", key[:whole]):
        low ^= _mix_first(first)
        low = (_rotate(low, 27) + high) * 5 + 0x52DCE729 & _MASK
        high ^= _mix_second(second)
        high = (_rotate(high, 31) + low) * 5 + 0x38495AB5 & _MASK
    first, second = struct.unpack("<QQ", key[whole:].ljust(16, b"\0"))
    high ^= _mix_second(second) ^ len(key)
    low ^= _mix_first(first) ^ len(key)
    low = low + high & _MASK
    high = high + low & _MASK
    low, high = _finish(low), _finish(high)
    low = low + high & _MASK
    return low, high + low & _MASK


def _mix_first(block: int) -> int:
    return _rotate(block * _C1 & _MASK, 31) * _C2 & _MASK


def _mix_second(block: int) -> int:
    return _rotate(block * _C2 & _MASK, 33) * _C1 & _MASK


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _MASK


def _finish(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
