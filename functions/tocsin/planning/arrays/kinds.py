"""Tasks that differ in nothing but where they run now are of one kind.

A model need not tell them apart: it decides how many of a kind stay on their device, and how many
come to one from elsewhere. Whoever stays and whoever comes costs the same.
"""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.types import Ints
from tocsin.planning.problem import Problem, Task


def number_kinds(problem: Problem, tasks: tuple[Task, ...]) -> Ints:
    """The number of each task's kind, ``[t]``, from 0 in order of appearance."""
    barred: dict[str, list[str]] = {}
    # Sorted, so that equal sets of forbidden devices make equal lists.
    for task_id, device_id in sorted(problem.forbidden):
        barred.setdefault(task_id, []).append(device_id)
    numbers: dict[tuple[object, ...], int] = {}
    kind = [numbers.setdefault(_list_traits(problem, task, barred), len(numbers)) for task in tasks]
    return np.array(kind, dtype=np.int64)


def _list_traits(problem: Problem, task: Task, barred: dict[str, list[str]]) -> tuple[object, ...]:
    """All that a task's costs depend on, but for where it runs."""
    return (
        task.load_pct,
        task.deadline_ms,
        task.priority,
        task.capability,
        task.device_id is None,  # a new task pays for no migration, wherever it goes
        problem.pin_of(task),
        tuple(barred.get(task.task_id, ())),
    )
