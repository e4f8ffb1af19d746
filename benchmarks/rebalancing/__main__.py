"""How well and how fast fleets of growing size are rebalanced.

``python -m benchmarks.rebalancing --json`` prints one JSON object:

- ``cases``: a fleet each: seconds (building the models included), the gap proven against the full
  model's bound, memory of the process, and the same under ``plain_cbc`` and ``plain_highs`` (the
  full model with the same limit, after building) and ``greedy``
- ``growth``: by which power of the number of pairs in a site times sites the seconds grow
- ``large``: fleets too large for the plain ways, one of them a single site
- ``hopeless``: a fleet with tasks that nobody can run; the gap is of what a plan can change
- ``event``: one device fails in a planned fleet; ``optimum`` is the full model's, with the bound
  its solver proves
- ``clones``: a fleet of a few kinds of task, and how much smaller its full model is for that
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

from benchmarks import report
from benchmarks.rebalancing.fleet import SEED
from benchmarks.rebalancing.measure import (
    measure_clones,
    measure_event,
    measure_plain_way,
    measure_tocsin,
)

CASES: Final = ((100, 20, 1, 1.0), (1_000, 100, 1, 2.0), (10_000, 1_000, 20, 20.0))
# Too large for the plain ways. HOPELESS: most of the cost is penalties that nobody can avoid.
LARGE: Final = ((10_000, 1_000, 1, 60.0), (100_000, 10_000, 200, 60.0))
HOPELESS: Final = (1_000, 100, 1, 2.0, 50)
EVENT: Final = (1_000, 100)
CLONES: Final = (1_000, 100, 12)
WAYS: Final = ("plain_cbc", "plain_highs", "greedy")


def measure() -> dict[str, Any]:
    """Every case after the other, each in a fresh process."""
    cases = [_measure_case(*case) for case in CASES]
    return {
        "cases": cases,
        "growth": _fit_growth(cases),
        "large": [_run_alone(measure_tocsin, *case) for case in LARGE],
        "hopeless": _run_alone(measure_tocsin, *HOPELESS),
        "event": _run_alone(measure_event, *EVENT),
        "clones": _run_alone(measure_clones, *CLONES),
        "seed": SEED,
    }


def _measure_case(tasks: int, devices: int, sites: int, limit_s: float) -> dict[str, Any]:
    figures: dict[str, Any] = _run_alone(measure_tocsin, tasks, devices, sites, limit_s)
    shape, bound = (tasks, devices, sites), figures["bound"]
    return figures | {
        way: _run_alone(measure_plain_way, way, shape, limit_s, bound) for way in WAYS
    }


def _fit_growth(cases: list[dict[str, Any]]) -> float:
    """Between the smallest and the largest case."""
    small, large = cases[0], cases[-1]
    pairs = [case["tasks"] * case["devices"] / case["sites"] for case in (small, large)]
    return round(math.log(large["seconds"] / small["seconds"]) / math.log(pairs[1] / pairs[0]), 2)


def _run_alone(figures: Callable[..., dict[str, Any]], *given: object) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as process:
        return process.submit(figures, *given).result()


if __name__ == "__main__":
    report.main("benchmarks.rebalancing", "rebalancing", measure)
