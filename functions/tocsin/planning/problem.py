"""The rebalancing problem: devices, tasks, what is allowed and what it all costs.

Loads and capacities are in percent of one reference processor (a device with two has 200).
Prices are in watts or, for what is no power, in the watts one would spend to avoid it; so a plan's
objective is in watts too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.planning import checks


@dataclass(frozen=True, slots=True)
class Device:
    """What can run tasks. ``health`` is 1 for a sound device and 0 for a failed one.

    ``response_ms`` is its answer when idle. A drained device should end with no task.
    ``condition`` says in words why health is below 1.
    """

    device_id: str
    site_id: str
    capacity_pct: float
    energy_w_per_pct: float
    response_ms: float
    health: float = 1.0
    capabilities: frozenset[str] = frozenset()
    drained: bool = False
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A workload. ``device_id`` is where it runs now, None when it is new.

    A pinned task stays where it is; ``priority`` multiplies the price of its lateness.
    """

    task_id: str
    site_id: str
    load_pct: float
    deadline_ms: float | None = None
    priority: float = 1.0
    capability: str | None = None
    device_id: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the objective counts.

    energy: per watt drawn. response: watts per ms of answer, for each 100 % of load that waits for
    it. spread: watts per percent of load above the site's mean use. reserve, overload: per percent
    above the reserve line and above usable capacity. late: per ms after the deadline and unit of
    priority. migration: for each move. misplaced: for a task that must not be where it is.
    """

    energy: float = 1.0
    response: float = 0.1
    spread: float = 0.1
    reserve: float = 2.0
    overload: float = 50.0
    late: float = 0.5
    migration: float = 5.0
    misplaced: float = 5_000.0


@dataclass(frozen=True, slots=True)
class Limits:
    """max_migrations: moves a run at each site (None: any number), beside those an operator orders.

    reserve: share of usable capacity kept for failover. min_health: a device below it is used by no
    task that can go elsewhere.
    """

    max_migrations: int | None = None
    reserve: float = 0.15
    min_health: float = 0.3


@dataclass(frozen=True, slots=True)
class Problem:
    """A fleet to rebalance. Tasks stay within their site, so sites are independent of one another.

    ``pins``: task → the device an operator put it on. ``forbidden``: (task, device) pairs that must
    not come about. Raises InvalidProblemError, naming what is wrong and what to do.
    """

    devices: tuple[Device, ...]
    tasks: tuple[Task, ...]
    pins: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[tuple[str, str]] = frozenset()
    weights: Weights = Weights()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        checks.check_devices(self.devices)
        checks.check_tasks(self.tasks, self.devices)
        checks.check_overrides(self.pins, self.forbidden, self.tasks, self.devices)
        checks.check_weights(self.weights)
        checks.check_limits(self.limits)

    def sites(self) -> tuple[str, ...]:
        """Every site that has a device or a task, sorted."""
        return tuple(
            sorted({one.site_id for one in self.devices} | {one.site_id for one in self.tasks})
        )
