"""When to stop looking for a better plan; apart from ``solve``, which imports the optimiser."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SolveSettings:
    """time_limit_s: for all sites together. gap: a plan proven this near to the best will do.

    threads: the same for all runs of a process, or HiGHS refuses: it keeps its first thread pool.
    """

    time_limit_s: float = 20.0
    gap: float = 0.01
    threads: int = 1
