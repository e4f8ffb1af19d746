"""From a plan to what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tocsin.domain.plans.deliveries import Delivery
from tocsin.domain.plans.figures import Figures
from tocsin.domain.plans.orders import Order
from tocsin.domain.plans.requests import Cause
from tocsin.domain.plans.stored_plan import PlannedDevice, StoredPlan
from tocsin.planning.inputs.judging import Condition
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem

DIGITS, DIGITS_OF_GAP = 3, 5


def record_plan(
    plan: Plan,
    problem: Problem,
    conditions: Mapping[str, Condition],
    *,
    site_id: str,
    version: int,
    orders: Mapping[str, Order],
    cause: Cause,
    notes: tuple[str, ...],
    now_ms: int,
) -> StoredPlan:
    """A plan that is about to be carried out, none of its *orders* sent yet.

    *conditions*: what each device counted for. *notes*: what was left out of the plan.
    """
    return StoredPlan(
        site_id=site_id,
        version=version,
        created_at=now_ms,
        cause=cause,
        figures=round_figures(plan),
        notes=notes,
        migrations=plan.migrations,
        allocation=plan.allocation,
        devices=_describe_devices(plan, problem, conditions),
        orders=orders,
        deliveries={name: Delivery(version) for name in orders},
    )


def round_figures(plan: Plan) -> Figures:
    """How good the plan is and what it leaves broken, in as many digits as mean something."""
    return Figures(
        status=plan.status,
        objective=round(plan.objective, DIGITS),
        bound=round(plan.bound, DIGITS),
        staying=round(plan.staying, DIGITS),
        gap=round(plan.gap, DIGITS_OF_GAP),
        wall_s=round(plan.wall_s, DIGITS),
        violations=tuple(
            replace(violation, amount=round(violation.amount, DIGITS))
            for violation in plan.violations
        ),
    )


def _describe_devices(
    plan: Plan, problem: Problem, conditions: Mapping[str, Condition]
) -> dict[str, PlannedDevice]:
    loads = _sum_loads(plan, problem)
    return {
        device.device_id: PlannedDevice(
            health=device.health,
            why=conditions[device.device_id].why,
            drained=device.drained,
            background_pct=conditions[device.device_id].background_pct,
            capacity_pct=round(device.capacity_pct, 1),
            load_pct=round(loads.get(device.device_id, 0.0), 1),
            speed=conditions[device.device_id].watch.speed,
            basis=conditions[device.device_id].watch.basis,
        )
        for device in problem.devices
    }


def _sum_loads(plan: Plan, problem: Problem) -> dict[str, float]:
    """Percent of one reference processor that each device's tasks take after the plan."""
    loads: dict[str, float] = {}
    for task in problem.tasks:
        device_id = plan.allocation[task.task_id]
        if device_id is not None:
            loads[device_id] = loads.get(device_id, 0.0) + task.load_pct
    return loads
