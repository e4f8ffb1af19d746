"""Whether the closed loop makes things better, and never worse.

``python -m benchmarks.loop --json`` lets seeded sites run for two hours each on a clock of their
own, through the real use cases, detector and simulator: with the optimiser, paused, and with an
oracle that knows the faults. It prints one JSON object:

- ``late_ratio``: late task-seconds, each times its priority, as a ratio to the paused run's
- ``oracle_ratio``: the same of the oracle
- ``migrations_per_task_concerned``: of all runs together; the tasks that ran where a trouble began
- ``precision``, ``precision_paused``: alerts on devices with something wrong, of all alerts
- ``moves_after_end``: in the last half hour of runs whose troubles ended an hour before

``--runs N --seed S`` for a shorter look, ``--processes`` 1 where the machine is shared, ``--each``
for a line a run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Final

from benchmarks import report
from benchmarks.loop.figures import summarise
from benchmarks.loop.trio import run_trio

RUNS: Final = 40
SEED: Final = 7


def measure(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    numbers = options.only or range(options.runs)
    context = multiprocessing.get_context("spawn")
    trios = []
    with ProcessPoolExecutor(options.processes, context) as processes:
        for trio in processes.map(partial(run_trio, seed=options.seed), numbers):
            trios.append(trio)
            if options.each:
                sys.stderr.write(json.dumps(trio.describe()) + "\n")
    return summarise(trios, time.perf_counter() - began)


def main() -> None:
    parser = report.make_parser("benchmarks.loop", __doc__ or "")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", type=int, nargs="*", help="the numbers of the runs")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--each", action="store_true", help="a line a run, on standard error")
    options = parser.parse_args()
    command = f"python -m benchmarks.loop --json --runs {options.runs} --seed {options.seed}"
    report.print_figures(measure(options), command, as_json=options.json)


if __name__ == "__main__":
    main()
