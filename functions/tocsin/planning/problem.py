"""The rebalancing problem: devices, tasks, what is allowed and what it all costs.

Loads and capacities are in percent of one reference processor (a device with two has 200).
Prices are in watts or, for what is no power, in the watts one would spend to avoid it; so a plan's
objective is in watts too.

Each part checks its own values when it is built, the problem how they fit together. What is wrong
raises InvalidProblemError, which names it and says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.checks import require_id, require_number, require_unique


@dataclass(frozen=True, slots=True)
class Device:
    """What can run tasks.

    capacity_pct: percent of one reference processor.
    energy_w_per_pct: watts that each percent of load draws.
    response_ms: its answer when idle.
    health: 1 for a sound device, 0 for a failed one. condition: why it is below 1, in words.
    capabilities: what a task may ask for.
    drained: it should end with no task.
    closed: it keeps its tasks and is given no others.
    """

    device_id: str
    site_id: str
    capacity_pct: float
    energy_w_per_pct: float
    response_ms: float
    health: float = 1.0
    capabilities: frozenset[str] = frozenset()
    drained: bool = False
    closed: bool = False
    condition: str = ""

    def __post_init__(self) -> None:
        require_id("device", self.device_id)
        owner = f"device {self.device_id!r}"
        require_number(owner, "capacity_pct", self.capacity_pct, above=True)
        require_number(owner, "energy_w_per_pct", self.energy_w_per_pct)
        require_number(owner, "response_ms", self.response_ms)
        require_number(owner, "health", self.health, high=1.0)


@dataclass(frozen=True, slots=True)
class Task:
    """A workload.

    load_pct: percent of one reference processor. deadline_ms: None if it has none.
    priority: multiplies the price of its lateness.
    capability: what its device must have, None for nothing.
    device_id: where it runs now, None when it is new. pinned: it stays there.
    """

    task_id: str
    site_id: str
    load_pct: float
    deadline_ms: float | None = None
    priority: float = 1.0
    capability: str | None = None
    device_id: str | None = None
    pinned: bool = False

    def __post_init__(self) -> None:
        require_id("task", self.task_id)
        owner = f"task {self.task_id!r}"
        require_number(owner, "load_pct", self.load_pct)
        require_number(owner, "priority", self.priority)
        if self.deadline_ms is not None:
            require_number(owner, "deadline_ms", self.deadline_ms, above=True)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the objective counts, in watts.

    energy: for each watt drawn.
    response: for each ms of answer, and each 100 % of load that waits for it.
    spread: for each percent of load above the site's mean use.
    reserve, overload: for each percent above the reserve line, and above usable capacity.
    late: for each ms after the deadline and unit of priority.
    migration: for each move.
    misplaced: for a task that must not be where it is.
    """

    energy: float = 1.0
    response: float = 0.1
    spread: float = 0.1
    reserve: float = 2.0
    overload: float = 50.0
    late: float = 0.5
    migration: float = 5.0
    misplaced: float = 5_000.0

    def __post_init__(self) -> None:
        for part in fields(self):
            require_number("weights", part.name, getattr(self, part.name))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan keeps to.

    max_migrations: moves a run at each site, beside those an operator orders; None: any number.
    reserve: share of usable capacity kept for failover.
    min_health: a device below it is used by no task that can go elsewhere.
    """

    max_migrations: int | None = None
    reserve: float = 0.15
    min_health: float = 0.3

    def __post_init__(self) -> None:
        require_number("limits", "min_health", self.min_health, high=1.0)
        require_number("limits", "reserve", self.reserve, high=0.9)
        if self.max_migrations is not None and self.max_migrations < 0:
            raise InvalidProblemError("limits: max_migrations must be 0 or more, or None for any")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fleet to rebalance. Tasks stay within their site, so sites are independent of one another.

    ``pins``: task → the device an operator put it on. ``forbidden``: (task, device) pairs that must
    not come about.
    """

    devices: tuple[Device, ...]
    tasks: tuple[Task, ...]
    pins: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[tuple[str, str]] = frozenset()
    weights: Weights = Weights()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not self.devices:
            raise InvalidProblemError("there are no devices: register one before rebalancing")
        require_unique("device", (device.device_id for device in self.devices))
        require_unique("task", (task.task_id for task in self.tasks))
        site_of_device = {device.device_id: device.site_id for device in self.devices}
        self._check_present_places(site_of_device)
        self._check_overrides(site_of_device)

    def sites(self) -> tuple[str, ...]:
        """Every site that has a device or a task, sorted."""
        of_devices = {device.site_id for device in self.devices}
        return tuple(sorted(of_devices | {task.site_id for task in self.tasks}))

    def pin_of(self, task: Task) -> str | None:
        """The one device *task* may run on, None if it may run on others too."""
        return self.pins.get(task.task_id, task.device_id if task.pinned else None)

    def _check_present_places(self, site_of_device: Mapping[str, str]) -> None:
        for task in self.tasks:
            owner = f"task {task.task_id!r}"
            if task.device_id is not None:
                _check_place(f"{owner} runs on", task, task.device_id, site_of_device)
            elif task.pinned:
                raise InvalidProblemError(
                    f"{owner} is pinned but runs nowhere: name a device in pins"
                )

    def _check_overrides(self, site_of_device: Mapping[str, str]) -> None:
        """Each names a task and a device of one site, and no two of them contradict each other."""
        task_of_id = {task.task_id: task for task in self.tasks}
        for task_id, device_id in (*self.pins.items(), *sorted(self.forbidden)):
            if task_id not in task_of_id:
                raise InvalidProblemError(
                    f"an override names the unknown task {task_id!r}: remove it"
                )
            _check_place("an override names", task_of_id[task_id], device_id, site_of_device)
        for task_id, device_id in self.pins.items():
            if (task_id, device_id) in self.forbidden:
                raise InvalidProblemError(
                    f"task {task_id!r} is both pinned to and forbidden on {device_id!r}: "
                    "remove one of them"
                )


def _check_place(claim: str, task: Task, device_id: str, site_of_device: Mapping[str, str]) -> None:
    """A task stays within its site; *claim* begins the sentence that names the device."""
    if device_id not in site_of_device:
        raise InvalidProblemError(
            f"{claim} the unknown device {device_id!r}: register or remove it"
        )
    if site_of_device[device_id] != task.site_id:
        raise InvalidProblemError(
            f"{claim} {device_id!r} at site {site_of_device[device_id]!r}, but task "
            f"{task.task_id!r} belongs to {task.site_id!r}: tasks stay within their site"
        )
