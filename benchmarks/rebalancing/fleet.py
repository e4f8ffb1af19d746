"""Seeded fleets in disorder: each task somewhere at random, three fifths of capacity in use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tocsin.planning.plan import Plan
from tocsin.planning.problem import Device, Problem, Task

SEED = 7
USE = 0.6  # of all capacity
CAPABILITIES = ("vision", "control")
WANTED = (None, None, *CAPABILITIES)
HEALTHS = (1.0, 1.0, 1.0, 0.9, 0.7)


def fleet(
    tasks: int, devices: int, sites: int, seed: int = SEED, *, kinds: int | None = None
) -> Problem:
    """*tasks* and *devices* dealt out evenly to *sites*; loads are log-normal.

    *kinds*: so many different tasks, each many times; None: no two alike.
    """
    rng = np.random.default_rng(seed)
    made = tuple(_device(rng, index, sites) for index in range(devices))
    loads = rng.lognormal(0.0, 0.7, tasks)
    loads *= USE * sum(one.capacity_pct * one.health for one in made) / loads.sum()
    homes = [[one.device_id for one in made if one.site_id == f"s{s}"] for s in range(sites)]
    work = tuple(
        Task(
            f"t{index}",
            f"s{index % sites}",
            load_pct=float(load),
            deadline_ms=float(rng.choice((150.0, 300.0, 1_000.0))),
            priority=float(rng.choice((1.0, 2.0, 5.0))),
            capability=WANTED[rng.integers(len(WANTED))],
            device_id=homes[index % sites][rng.integers(len(homes[index % sites]))],
        )
        for index, load in enumerate(loads)
    )
    return Problem(made, work if kinds is None else _alike(work, kinds))


def _alike(work: tuple[Task, ...], kinds: int) -> tuple[Task, ...]:
    """*work* with the first *kinds* of its tasks repeated; each stays where it runs."""
    return tuple(
        replace(work[index % kinds], task_id=task.task_id, device_id=task.device_id)
        for index, task in enumerate(work)
    )


def carried_out(problem: Problem, plan: Plan) -> Problem:
    """*problem* once *plan* has been carried out."""
    tasks = (replace(task, device_id=plan.allocation[task.task_id]) for task in problem.tasks)
    return replace(problem, tasks=tuple(tasks))


def failed(problem: Problem, device_id: str) -> Problem:
    """*problem* once *device_id* has failed."""
    devices = (
        replace(one, health=0.0) if one.device_id == device_id else one for one in problem.devices
    )
    return replace(problem, devices=tuple(devices))


def _device(rng: np.random.Generator, index: int, sites: int) -> Device:
    able = frozenset(one for one in CAPABILITIES if rng.random() < 0.7)
    return Device(
        f"d{index}",
        f"s{index % sites}",
        capacity_pct=float(rng.choice((100.0, 200.0, 400.0))),
        energy_w_per_pct=float(rng.uniform(0.4, 1.6)),
        response_ms=float(rng.uniform(5.0, 40.0)),
        health=float(rng.choice(HEALTHS)),
        capabilities=able,
    )
