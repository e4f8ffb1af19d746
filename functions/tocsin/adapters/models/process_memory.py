"""How this process keeps its memory, once it has a model: for the same work again and again."""

from __future__ import annotations

import ctypes
import functools
import gc
import sys

# Parameters of glibc's mallopt(3), and its own largest value of the first.
_M_MMAP_THRESHOLD, _MMAP_THRESHOLD = -3, 32 * 1024 * 1024
_M_TRIM_THRESHOLD, _TRIM_THRESHOLD = -1, 128 * 1024 * 1024

# Objects that were made and not freed; 700 of them are a third of a batch. A batch of the largest
# messages leaves some megabytes of what is a cycle, at most.
GARBAGE_AFTER = 20_000


@functools.cache
def settle_memory() -> bool:
    """Spare scoring three things that this process would do over and over; once is enough.

    The garbage collector looks no more at what the imports made, which lives as long as the
    process, and it comes seldom: next to nothing that scoring makes is a cycle. And what a pass
    frees is kept for the next one, which needs as much: given back to the system, each page of it
    would have to be fetched again, a tenth of a pass's time. Returns whether the C library took
    the latter; others than glibc have no such choice.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    # Both or none: either alone would switch off what glibc does by itself for the other.
    kept = mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD) and mallopt(
        _M_TRIM_THRESHOLD, _TRIM_THRESHOLD
    )
    return bool(kept)
