"""Tasks in blocks, for what is computed over all pairs of task and device.

A large site has millions of pairs. Done step by step over all of them, each step reads and writes
the memory; done block by block, all steps but the first find their numbers in the processor's
cache, and what a step needs for itself stays small.
"""

from __future__ import annotations

from collections.abc import Iterator

BLOCK_PAIRS = 2**16  # half a MiB of numbers: a few such arrays fit a usual cache


def cut_blocks(tasks: int, devices: int) -> Iterator[slice]:
    """The rows of ``[t, d]`` in turn, so many at a time as make up a block; at least one."""
    rows = max(BLOCK_PAIRS // max(devices, 1), 1)
    for first in range(0, tasks, rows):
        yield slice(first, min(first + rows, tasks))
