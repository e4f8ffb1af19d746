"""Blocks are all rows once, in order, and no more at a time than fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.planning.arrays.blocks import BLOCK_PAIRS, cut_blocks


@given(st.integers(0, 3_000), st.integers(0, 200_000))
def test_blocks_are_all_rows_once(tasks: int, devices: int) -> None:
    blocks = list(cut_blocks(tasks, devices))
    assert [row for block in blocks for row in range(tasks)[block]] == list(range(tasks))
    rows = max((block.stop - block.start for block in blocks), default=0)
    assert rows <= 1 or rows * devices <= BLOCK_PAIRS
