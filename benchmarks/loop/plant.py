"""The site itself: what each workcell does, by the simulator's physics, and whose task is late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.loop.scenario import START_MS, Cell, Scenario, Trouble
from device_sim.allocation import Allocation, judge, report_of
from device_sim.devices.drive import TaskDrive
from device_sim.devices.loads import LoadHistory
from device_sim.devices.sensing import SimulatedDevice
from device_sim.faults.kinds import WORK_KINDS, Fault
from device_sim.faults.schedule import Target, make_fault
from device_sim.seeds import number_of
from device_sim.signals.driven import DrivenStream
from device_sim.signals.model import Drive, State
from device_sim.signals.shapes import Floats, Times
from tocsin.domain.plans.orders import Refusal
from tocsin.domain.profile import Profile

STEP_S: Final = 5
CAPACITY: Final = {"cpuPct": 100.0, "energyWPerPct": 12.2, "responseMs": 22.0}
SHAKEN_SPREADS: Final = 10.0


class CountedLoads(LoadHistory):
    """Counts its changes, so that nobody computes anew what has not changed."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def change(self, at_ms: int, load_pct: float) -> int:
        self.changes += 1
        return super().change(at_ms, load_pct)


class KeptStream(DrivenStream):
    """The same readings, each block computed again only when its work has changed.

    Keeps what was measured last, before any sensor's fault: ``taken`` ``[n, channels]``.
    """

    def __init__(
        self, device: str, profile: Profile, drive: Drive, loads: CountedLoads, *, seed: int
    ) -> None:
        super().__init__(device, profile, drive, seed=seed, start_ms=START_MS)
        self._loads = loads
        self._kept: tuple[tuple[int, int], tuple[Times, Floats, State]] | None = None
        self.taken: Floats = np.empty((0, 0))

    def take(self, n: int) -> tuple[Times, Floats]:
        times, values = super().take(n)
        self.taken = values
        return times, values

    def _compute_block(self) -> tuple[Times, Floats, State]:
        key = (self._block, self._loads.changes)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, super()._compute_block())
        return self._kept[1]


class Workcell:
    """One workcell: what it runs and measures, and what is wrong with it."""

    def __init__(self, cell: Cell, scenario: Scenario, profile: Profile) -> None:
        self.cell = cell
        self.troubles = [one for one in scenario.troubles if one.device_id == cell.device_id]
        tasks = {
            task.task_id: task.load_pct
            for task in scenario.tasks
            if task.device_id == cell.device_id
        }
        self.in_force = Allocation(0, tasks)
        self._at_ms, self._refusal = START_MS, None  # type: int, Refusal | None
        self._loads = CountedLoads()
        self._loads.change(START_MS, self.in_force.load_pct)
        faults = _list_faults(self.troubles, cell.device_id, profile, scenario.seed)
        work = iter([fault for fault in faults if fault.kind in WORK_KINDS])
        drive = TaskDrive(self._loads, capacity_pct=CAPACITY["cpuPct"], faults=work)
        seed = number_of(f"{scenario.seed}/{scenario.number}") % 2**31
        self._stream = KeptStream(cell.device_id, profile, drive, self._loads, seed=seed)
        shown = iter([fault for fault in faults if fault.kind not in WORK_KINDS])
        self._device = SimulatedDevice(self._stream, profile, shown)
        self._answer = profile.channel_names.index("response_ms")

    def take(self, n: int) -> tuple[list[int], list[list[float]], Floats]:
        """Times and values of the next *n* readings as it shows them, and its true answers [n]."""
        readings = self._device.take(n)
        return (
            readings.t_ms.tolist(),
            readings.values.tolist(),
            self._stream.taken[:, self._answer],
        )

    def has(self, kind: str, at_s: float) -> bool:
        return any(one.kind == kind and one.start_s <= at_s < one.end_s for one in self.troubles)

    def hear(self, allocation: object, at_ms: int) -> None:
        """An order has come."""
        verdict = judge(allocation, self.in_force)
        if isinstance(verdict, Refusal):
            self._refusal = verdict
        elif verdict is not self.in_force:
            self._refusal = None
            self.run(verdict, at_ms)

    def run(self, allocation: Allocation, at_ms: int) -> None:
        self.in_force = allocation
        self._at_ms = self._loads.change(at_ms, allocation.load_pct)

    def report(self) -> Mapping[str, Any]:
        return report_of(self.in_force, self._at_ms, self._refusal)


class Lateness:
    """Counts the tasks that are not answered in time, each times its priority.

    ``by_second``: of each second since the begin.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._tasks = scenario.tasks
        self._deadline = np.array([task.deadline_ms for task in scenario.tasks])
        self._priority = np.array([task.priority for task in scenario.tasks])
        self.by_second: list[float] = []

    def count(self, cells: list[Workcell], answers: NDArray[np.float64]) -> None:
        """*answers*: ``[d, s]`` ms of each workcell in each second, infinite where it is dead."""
        runs = np.array(
            [[task.task_id in cell.in_force.loads_pct for cell in cells] for task in self._tasks]
        )
        # Where two run it, the sooner answer counts.
        best = np.where(runs[:, :, None], answers[None, :, :], np.inf).min(axis=1)
        late = best > self._deadline[:, None]
        self.by_second += (late * self._priority[:, None]).sum(axis=0).tolist()


def _list_faults(
    troubles: list[Trouble], device_id: str, profile: Profile, seed: int
) -> list[Fault]:
    """Those that act on its processor or its readings, in order of time."""
    target, found, free_s = Target(device_id, profile), [], 0
    for one in sorted(troubles, key=lambda trouble: trouble.start_s):
        start_ms, end_ms = START_MS + 1_000 * one.start_s, START_MS + 1_000 * one.end_s
        if one.kind in WORK_KINDS:
            found.append(Fault(one.kind, device_id, (), start_ms, end_ms, 0.0, (), 0))
        elif one.kind == "shaken" and one.start_s >= free_s:  # the readings' never overlap
            rng = np.random.default_rng([seed, number_of(device_id), one.start_s])
            found.append(
                make_fault(
                    target,
                    "level_shift",
                    start_ms=start_ms,
                    end_ms=end_ms,
                    magnitude=SHAKEN_SPREADS,
                    rng=rng,
                )
            )
            free_s = one.end_s
    return found
