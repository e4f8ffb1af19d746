"""A planner that knows what is wrong with every workcell, and is obeyed at once."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.loop.plant import CAPACITY, Workcell
from benchmarks.loop.scenario import ANSWER_MS, IDLE_PCT, START_MS, Work
from device_sim.allocation import Allocation
from device_sim.devices.drive import BACKGROUND_PCT, THROTTLED_SPEED
from tocsin.planning.problem import Device, Problem, Task
from tocsin.planning.restraint.allowance import Allowance
from tocsin.planning.restraint.restrain import restrain
from tocsin.planning.solve import solve

LEAST_PCT = 1.0

Condition = tuple[bool, bool, float, float]  # alive, obeys, speed, background in percent


class Oracle:
    """Plans anew whenever the truth changes."""

    def __init__(
        self, site_id: str, cells: Mapping[str, Workcell], tasks: tuple[Work, ...]
    ) -> None:
        self._site_id = site_id
        self._cells = cells
        self._tasks = tasks
        self._places = {task.task_id: task.device_id for task in tasks}
        self._known: dict[str, Condition] = {}
        self._version = 0
        self.migrations = 0

    def look(self, at_s: float) -> None:
        truth = {name: _find_truth(cell, at_s) for name, cell in self._cells.items()}
        if truth == self._known:
            return
        is_first, self._known = not self._known, truth
        if not is_first:
            self._plan(at_s)

    def _plan(self, at_s: float) -> None:
        deaf = {name for name, (_, obeys, _, _) in self._known.items() if not obeys}
        problem = Problem(
            devices=tuple(self._describe(name) for name in self._cells),
            tasks=tuple(self._place(task, deaf) for task in self._tasks),
            forbidden=frozenset(
                (task.task_id, name)
                for task in self._tasks
                for name in deaf
                if self._places[task.task_id] != name
            ),
        )
        plan = restrain(problem, self._site_id, solve(problem), Allowance()).plan
        self.migrations += len(plan.migrations)
        self._version += 1
        loads = {task.task_id: task.load_pct for task in self._tasks}
        self._places = {
            name: place or self._places[name] for name, place in plan.allocation.items()
        }
        for name, cell in self._cells.items():
            own = {task: loads[task] for task, place in self._places.items() if place == name}
            if own != cell.in_force.loads_pct:
                cell.run(Allocation(self._version, own), START_MS + round(1_000 * at_s))

    def _place(self, task: Work, deaf: set[str]) -> Task:
        place = self._places[task.task_id]
        return Task(
            task.task_id, self._site_id, task.load_pct, task.deadline_ms, task.priority,
            task.capability, place, pinned=place in deaf,
        )  # fmt: skip

    def _describe(self, name: str) -> Device:
        alive, _, speed, background = self._known[name]
        capacity = CAPACITY["cpuPct"] * speed
        left = max(capacity - background, LEAST_PCT)
        return Device(
            name, self._site_id, left, CAPACITY["energyWPerPct"],
            ANSWER_MS / speed * capacity / left,
            health=1.0 if alive else 0.0,
            capabilities=frozenset(self._cells[name].cell.capabilities),
        )  # fmt: skip


def _find_truth(cell: Workcell, at_s: float) -> Condition:
    return (
        not cell.has("dead", at_s),
        not cell.has("deaf", at_s),
        THROTTLED_SPEED if cell.has("throttled", at_s) else 1.0,
        IDLE_PCT + (BACKGROUND_PCT if cell.has("overload", at_s) else 0.0),
    )
