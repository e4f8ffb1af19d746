"""A load as tasks make it: steady for long, coming and going, or all at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from device_sim.devices.loads import LoadHistory

# The most that is asked for, in percent of what a device can do: more than it can.
MOST_LOAD_PCT = 150.0
LEAST_TASK_PCT, MOST_TASK_PCT = 3.0, 18.0
# How often what is asked for is nothing at all, or the most: the ends are where models fail.
AT_AN_END = 0.15
SECOND_MS = 1_000
# How long a way to be loaded goes on, in s.
SHORTEST_S, LONGEST_S = 600, 5_400
# Between two tasks that come or go, and between two jumps.
TASK_S, JUMP_S = (10, 240), (5, 600)


def draw_loads(rng: np.random.Generator, *, start_ms: int, end_ms: int) -> LoadHistory:
    """The load of a device from *start_ms* to *end_ms*, in percent of what it can do."""
    loads = LoadHistory()
    for at_ms, load_pct in _draw_changes(rng, start_ms, end_ms):
        loads.change(at_ms, round(load_pct, 1))
    return loads


def _draw_changes(
    rng: np.random.Generator, start_ms: int, end_ms: int
) -> Iterator[tuple[int, float]]:
    at_ms = start_ms
    load_pct = _draw_level(rng)
    yield at_ms, load_pct
    while at_ms < end_ms:
        until_ms = at_ms + SECOND_MS * int(rng.integers(SHORTEST_S, LONGEST_S))
        way = rng.choice(("steady", "tasks", "jumps"), p=(0.2, 0.5, 0.3))
        # A steady load begins like a jump, at once.
        pause_s = {"tasks": TASK_S, "jumps": JUMP_S, "steady": (LONGEST_S, LONGEST_S + 1)}[way]
        level = _draw_level(rng)
        while at_ms < until_ms:
            load_pct = _step(rng, load_pct, level) if way == "tasks" else _draw_level(rng)
            yield at_ms, load_pct
            at_ms += SECOND_MS * int(rng.integers(*pause_s))
        at_ms = until_ms


def _draw_level(rng: np.random.Generator) -> float:
    if rng.random() < AT_AN_END:
        return float(rng.choice((0.0, MOST_LOAD_PCT)))
    return float(rng.uniform(0.0, MOST_LOAD_PCT))


def _step(rng: np.random.Generator, load_pct: float, level: float) -> float:
    """A task comes or goes, so that the load wanders about *level*."""
    task_pct = float(rng.uniform(LEAST_TASK_PCT, MOST_TASK_PCT))
    comes = rng.random() < (0.8 if load_pct < level else 0.2)
    return min(max(load_pct + (task_pct if comes else -task_pct), 0.0), MOST_LOAD_PCT)
