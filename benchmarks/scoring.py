"""How fast readings are scored, and how soon after a cold start.

``python -m benchmarks.scoring --json`` prints one JSON object:

- ``readings_per_s``: the function's whole in-process path on one core, from the trigger's events
  to the text of every document and live message; 256 messages of 10 readings of 8 channels from
  256 devices whose histories are in memory
- ``ratio_to_floor``: its time over the floor's, which parses the JSON of the same bodies and makes
  one forward pass of the same windows
- ``cold_start_ratio``: time from a process's start to its first scored message, its model read
  from a folder, over the time of a process that only imports torch
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import azure.functions as func
import numpy as np
import torch

from benchmarks import report
from benchmarks.scoring_path import READINGS, SEED, Line, end_ms, make_batches

ROUNDS: Final = 15
STARTS: Final = 5
DEVICES: Final = 256
START_WITHIN_S: Final = 120
ROOT: Final = Path(__file__).parents[1]
FIRST_MESSAGE: Final = ("-m", "benchmarks.first_message")
BARE: Final = ("-c", "import torch; print(torch.__version__, flush=True)")


def measure(
    *, devices: int = DEVICES, rounds: int = ROUNDS, starts: int = STARTS
) -> dict[str, Any]:
    """Cold starts first: they are children, and this process keeps to one core afterwards."""
    first_s, bare_s = _time_starts(starts)
    keep_one_core()
    path_s, floor_s = asyncio.run(time_paths(devices, rounds))
    return {
        "readings_per_s": round(devices * READINGS / path_s),
        "ratio_to_floor": round(path_s / floor_s, 3),
        "cold_start_ratio": round(first_s / bare_s, 3),
        "path_ms": round(path_s * 1e3, 2),
        "floor_ms": round(floor_s * 1e3, 2),
        "cold_start_s": round(first_s, 3),
        "import_torch_s": round(bare_s, 3),
        "seed": SEED,
    }


def keep_one_core() -> None:
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):  # not on every system
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


async def time_paths(devices: int, rounds: int) -> tuple[float, float]:
    """Median seconds of a batch and of its floor, once every history is full."""
    line = Line()
    filling = -(-line.profile.window // READINGS)
    every = make_batches(line.profile, devices=devices, count=filling + rounds)
    for seq, events in enumerate(every[:filling]):
        await line.score(events, now_ms=end_ms(seq + 1, line.profile))
    measured = [
        await _time_round(line, events, end_ms(seq + 1, line.profile))
        for seq, events in enumerate(every[filling:], start=filling)
    ]
    path, floor = zip(*measured, strict=True)
    return statistics.median(path), statistics.median(floor)


async def _time_round(
    line: Line, events: Sequence[func.EventHubEvent], now_ms: int
) -> tuple[float, float]:
    watched = line.watched
    assert watched is not None, "the histories were filled"
    line.store.sent.clear()
    watched.passes.clear()
    started = time.perf_counter()
    outcome = await line.score(events, now_ms=now_ms)
    path_s = time.perf_counter() - started
    windows = np.concatenate(watched.passes)
    if not outcome.readings == len(windows) == len(events) * READINGS:
        raise RuntimeError(f"not every reading got a score: {outcome}")
    bodies = [event.get_body() for event in events]
    started = time.perf_counter()
    for body in bodies:
        json.loads(body)
    watched.model.score(windows)
    return path_s, time.perf_counter() - started


def _time_starts(count: int) -> tuple[float, float]:
    """Median seconds to the first scored message and to torch, by turns after one of each."""
    for arguments in (FIRST_MESSAGE, BARE):
        time_start(arguments)
    pairs = [(time_start(FIRST_MESSAGE), time_start(BARE)) for _ in range(count)]
    first, bare = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(bare)


def time_start(arguments: Sequence[str]) -> float:
    """Seconds until a new process prints its line."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'functions'}{os.pathsep}{ROOT}"}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, env=environment, cwd=ROOT
    ) as child:
        assert child.stdout is not None, "asked for"
        line = child.stdout.readline()
        elapsed_s = time.perf_counter() - started
        child.wait(START_WITHIN_S)
    if child.returncode or not line:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {child.returncode}")
    return elapsed_s


if __name__ == "__main__":
    report.main("benchmarks.scoring", __doc__, measure)
