"""What the API answers of plans (docs/api.md; the fields are those of docs/formats.md)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from tocsin.domain.plans.deliveries import State
from tocsin.domain.plans.figures import Status, ViolationKind
from tocsin.domain.plans.requests import Kind
from tocsin.triggers.api.answers import Listed, Output


class CauseShown(Output):
    """Why a plan was made."""

    kind: Kind
    text: str
    requested_at: int


class ViolationShown(Output):
    """A rule that a plan breaks, and by how much."""

    kind: ViolationKind
    subject: str
    amount: float
    text: str


class MigrationShown(Output):
    """One task's move; ``from`` is null for a task that ran nowhere."""

    task_id: str
    source: str | None = field(name="from")
    target: str = field(name="to")
    reason: str


class OrderDeliveryShown(Output):
    """How far the order to a device has come."""

    version: int
    state: State
    attempts: int
    sent_at: int | None
    confirmed_at: int | None
    text: str


class PlanListed(Output):
    """A plan in a list: why, how good, what moves and what came of it."""

    id: str
    type: Literal["plan"]
    site_id: str
    version: int
    created_at: int
    cause: CauseShown
    status: Status
    objective: float
    bound: float
    staying: float
    gap: float
    wall_s: float
    violations: list[ViolationShown]
    notes: list[str]
    migrations: list[MigrationShown]
    deliveries: dict[str, OrderDeliveryShown]
    open: bool


class PlannedDeviceShown(Output):
    """What a device counted for, and the load it carries after the plan, in percent."""

    health: float
    why: str
    drained: bool
    background_pct: float
    capacity_pct: float
    load_pct: float
    speed: float
    basis: str


class OrderedTaskShown(Output):
    """A task as a device is told of it."""

    id: str
    load_pct: float


class OrderShown(Output):
    """All tasks that a device shall run."""

    version: int
    tasks: list[OrderedTaskShown]


class PlanShown(PlanListed):
    """A plan, whole. ``allocation``: device by task, null for one that can run nowhere."""

    allocation: dict[str, str | None]
    devices: dict[str, PlannedDeviceShown]
    orders: dict[str, OrderShown]
    ttl: int


class PlansShown(Listed):
    """The newest plans of a site, newest first."""

    plans: list[PlanListed]


class WatchShown(Output):
    """What is remembered of a device from run to run; times in ms."""

    speed: float
    background_pct: float
    basis: str
    better_since: int | None
    odd_since: int | None
    relapses: list[int]
    silent: bool
    returns: list[int]
    since: int | None


class MovedShown(Output):
    """A task that was moved within the last hour."""

    t: int
    version: int
    task_id: str
    source: str = field(name="from")
    target: str = field(name="to")


class PromiseShown(Output):
    """What the last plan expects: ms of answer by device."""

    version: int
    made_at: int
    answers_ms: dict[str, float]


class HoldShown(Output):
    """Nothing moves but what operators order, from when until when (ms), and why."""

    since: int
    until: int
    reason: str


class GoneShown(Output):
    """A task that goes without since then (ms), and why; ``backAt`` is null while it does."""

    task_id: str
    since: int
    why: str
    back_at: int | None


class StandingShown(Output):
    """What the last run found. The figures are there where it looked for a plan."""

    id: str
    type: Literal["standing"]
    site_id: str
    version: int
    checked_at: int
    outcome: Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]
    devices: dict[str, WatchShown]
    moves: list[MovedShown]
    broken_promises: int
    promise: PromiseShown | None
    hold: HoldShown | None
    recalled_at: int
    shed: list[GoneShown]
    notes: list[str]
    status: Status | UnsetType = UNSET
    objective: float | UnsetType = UNSET
    bound: float | UnsetType = UNSET
    staying: float | UnsetType = UNSET
    gap: float | UnsetType = UNSET
    wall_s: float | UnsetType = UNSET
    violations: list[ViolationShown] | UnsetType = UNSET


class LatestShown(Listed):
    """The last plan that was carried out and what the last run found; each may be null. A plan that
    cannot be shown is in ``damaged``."""

    plan: PlanShown | None
    standing: StandingShown | None


class RunRequest(Output):
    """The request as it waits in the queue."""

    site_id: str
    kind: Kind
    requested_at: int
    text: str
    alerted: dict[str, int]
    version: int | None


class RunRequested(Output):
    """A run was asked for."""

    requested: RunRequest
