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


def build_fleet(
    tasks: int, devices: int, sites: int, seed: int = SEED, *, kinds: int | None = None
) -> Problem:
    """*tasks* and *devices* dealt out evenly to *sites*; loads are log-normal.

    *kinds*: so many different tasks, each many times; None: no two alike.
    """
    rng = np.random.default_rng(seed)
    all_devices = tuple(_draw_device(rng, index, sites) for index in range(devices))
    loads = rng.lognormal(0.0, 0.7, tasks)
    loads *= USE * sum(device.capacity_pct * device.health for device in all_devices) / loads.sum()
    homes = [
        [device.device_id for device in all_devices if device.site_id == f"s{s}"]
        for s in range(sites)
    ]
    all_tasks = tuple(
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
    return Problem(all_devices, all_tasks if kinds is None else _repeat_kinds(all_tasks, kinds))


def _repeat_kinds(all_tasks: tuple[Task, ...], kinds: int) -> tuple[Task, ...]:
    """*all_tasks* with the first *kinds* of its tasks repeated; each stays where it runs."""
    return tuple(
        replace(all_tasks[index % kinds], task_id=task.task_id, device_id=task.device_id)
        for index, task in enumerate(all_tasks)
    )


def add_hopeless(problem: Problem, count: int) -> Problem:
    """*problem* with *count* tasks that run where they must not and can go nowhere."""
    hosts = problem.devices
    tasks = tuple(
        Task(
            f"hopeless{index}",
            hosts[index % len(hosts)].site_id,
            load_pct=0.1,
            capability="nobody's",
            device_id=hosts[index % len(hosts)].device_id,
        )
        for index in range(count)
    )
    return replace(problem, tasks=(*problem.tasks, *tasks))


def carry_out(problem: Problem, plan: Plan) -> Problem:
    """*problem* once *plan* has been carried out."""
    tasks = (replace(task, device_id=plan.allocation[task.task_id]) for task in problem.tasks)
    return replace(problem, tasks=tuple(tasks))


def fail_device(problem: Problem, device_id: str) -> Problem:
    """*problem* once *device_id* has failed."""
    devices = (
        replace(device, health=0.0) if device.device_id == device_id else device
        for device in problem.devices
    )
    return replace(problem, devices=tuple(devices))


def _draw_device(rng: np.random.Generator, index: int, sites: int) -> Device:
    able = frozenset(capability for capability in CAPABILITIES if rng.random() < 0.7)
    return Device(
        f"d{index}",
        f"s{index % sites}",
        capacity_pct=float(rng.choice((100.0, 200.0, 400.0))),
        energy_w_per_pct=float(rng.uniform(0.4, 1.6)),
        response_ms=float(rng.uniform(5.0, 40.0)),
        health=float(rng.choice(HEALTHS)),
        capabilities=able,
    )
