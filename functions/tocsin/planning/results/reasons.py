"""A site's plan in words: what it leaves broken, and why each task moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tocsin.domain.plans.figures import Violation
from tocsin.domain.plans.stored_plan import Migration
from tocsin.planning.arrays.load_price import estimate_response_ms
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Floats, Ints
from tocsin.planning.problem import Problem

LEAST = 1e-6  # percent or ms: less is rounding


def find_violations(problem: Problem, site: Site, plan: Ints) -> Iterator[Violation]:
    """Every soft rule that *plan* breaks, at the loads it makes."""
    for task in site.unplaced:
        why = f"no device of its site may run it (needs {task.capability or 'a usable device'})"
        yield Violation(
            "unplaced", task.task_id, task.load_pct, f"{task.task_id} runs nowhere: {why}"
        )
    yield from _find_misplaced(site, plan)
    yield from _find_overfull(problem, site, plan)
    yield from _find_late(site, plan)


def explain_migrations(problem: Problem, site: Site, plan: Ints) -> Iterator[Migration]:
    """Every task that changes its device, with the strongest reason for it."""
    known = np.flatnonzero(site.present != NOWHERE)
    before = np.bincount(site.present[known], site.load[known], len(site.devices)).astype(float)
    for index in np.flatnonzero(plan != site.present).tolist():
        source, target = int(site.present[index]), site.devices[int(plan[index])]
        yield Migration(
            site.tasks[index].task_id,
            None if source == NOWHERE else site.devices[source].device_id,
            target.device_id,
            _explain_move(problem, site, index, int(plan[index]), before),
        )


def _explain_move(problem: Problem, site: Site, index: int, target: int, before: Floats) -> str:
    """Why the task at *index* moves to *target*; *before*: what each device carried, ``[d]``."""
    source = int(site.present[index])
    if site.tasks[index].task_id in problem.pins:
        return "an operator pinned it there"
    if source == NOWHERE:
        return "it is new, and costs least there"
    if site.misplaced[index, source]:
        return f"{site.devices[source].device_id} must not run it (capability or forbidden)"
    return _explain_leaving(site, source, float(before[source])) or _explain_gain(
        site, index, source, target
    )


def _explain_leaving(site: Site, source: int, before: float) -> str | None:
    """What is wrong with the device it leaves, if anything is."""
    device, usable = site.devices[source], float(site.usable[source])
    if device.drained:
        return f"{device.device_id} is being drained"
    if usable <= 0:
        why = f": {device.condition}" if device.condition else ""
        return f"{device.device_id} is not relied on (health {device.health:.2f}{why})"
    if before > usable:
        return f"{device.device_id} is overloaded ({before:.0f} % of {usable:.0f} %)"
    return None


def _explain_gain(site: Site, index: int, source: int, target: int) -> str:
    saved = site.cost[index, source] - site.cost[index, target]
    here, there = site.devices[source].device_id, site.devices[target].device_id
    if saved > 0:
        return f"energy and lateness on {there} cost {saved:.1f} W less, the migration included"
    return f"it balances the load of {here} and {there}"


def _find_misplaced(site: Site, plan: Ints) -> Iterator[Violation]:
    for index in np.flatnonzero(site.misplaced[np.arange(len(plan)), plan]).tolist():
        task, device = site.tasks[index], site.devices[int(plan[index])].device_id
        text = f"{task.task_id} remains on {device}, which must not run it"
        yield Violation("misplaced", task.task_id, task.load_pct, text)


def _find_overfull(problem: Problem, site: Site, plan: Ints) -> Iterator[Violation]:
    carried = site.device_loads(plan)
    line = site.usable * (1.0 - problem.limits.reserve)
    for index in np.flatnonzero(carried > line + LEAST).tolist():
        name, load, usable = site.devices[index].device_id, carried[index], site.usable[index]
        text = f"{name} carries {load:.1f} % of {usable:.1f} % usable"
        if load > usable + LEAST:
            yield Violation("overload", name, float(load - usable), text)
        else:
            yield Violation("reserve", name, float(load - line[index]), text)


def _find_late(site: Site, plan: Ints) -> Iterator[Violation]:
    answer = estimate_response_ms(site.idle_ms, site.device_loads(plan), site.usable)[plan]
    for task, answer_ms in zip(site.tasks, answer.tolist(), strict=True):
        if task.deadline_ms is not None and answer_ms > task.deadline_ms + LEAST:
            text = f"{task.task_id} is answered in {answer_ms:.0f} ms of {task.deadline_ms:.0f} ms"
            yield Violation("late", task.task_id, answer_ms - task.deadline_ms, text)
