from __future__ import annotations

import gc
import platform

from tocsin.adapters.models.process_memory import settle_memory


def test_imports_are_out_of_the_collectors_sight_and_freed_memory_is_kept() -> None:
    assert settle_memory() is (platform.libc_ver()[0] == "glibc")
    frozen = gc.get_freeze_count()
    assert frozen > 0
    made: list[list[int]] = [[] for _ in range(10)]
    assert settle_memory() is (platform.libc_ver()[0] == "glibc")
    assert gc.get_freeze_count() <= frozen, "once is enough"
    assert len(made) == 10
