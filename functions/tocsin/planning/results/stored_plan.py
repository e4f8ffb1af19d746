"""The ``plans`` documents of a site: each plan that was carried out, and how the site stands.

Formats in docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from tocsin.domain.deliveries import Delivery
from tocsin.domain.orders import Order
from tocsin.planning.inputs.gather import Gathered
from tocsin.planning.plan import Migration, Plan
from tocsin.planning.problem import Problem

TTL_S = 90 * 24 * 60 * 60
STANDING_ID = "standing"
DIGITS = 3


def plan_id(version: int) -> str:
    """Sorts as the versions do."""
    return f"{version:010d}"


def plan_document(
    site_id: str,
    plan: Plan,
    gathered: Gathered,
    *,
    version: int,
    orders: Mapping[str, Order],
    cause: Mapping[str, Any],
    found: Mapping[str, Any],
    now_ms: int,
) -> dict[str, Any]:
    """A plan that is about to be carried out. ``cause``: who or what asked for it. ``found``: its
    ``figures``. ``orders`` keep their sequence: it is that of sending."""
    return {
        "id": plan_id(version),
        "type": "plan",
        "siteId": site_id,
        "version": version,
        "createdAt": now_ms,
        "cause": dict(cause),
        **found,
        "migrations": [_migration(one) for one in plan.migrations],
        "allocation": dict(plan.allocation),
        "devices": _devices(plan, gathered),
        "orders": {name: order.document() for name, order in orders.items()},
        **with_deliveries({name: Delivery(version) for name in orders}),
        "ttl": TTL_S,
    }


def figures(plan: Plan, notes: Iterable[str]) -> dict[str, Any]:
    """How good the plan is and what it leaves broken; *notes*: what was left out of it."""
    return {
        "status": plan.status,
        "objective": round(plan.objective, DIGITS),
        "bound": round(plan.bound, DIGITS),
        "staying": round(plan.staying, DIGITS),
        "gap": round(plan.gap, 5),
        "wallS": round(plan.wall_s, 3),
        "violations": [
            asdict(one) | {"amount": round(one.amount, DIGITS)} for one in plan.violations
        ],
        "notes": [*notes, *([plan.note] if plan.note else [])],
    }


def with_deliveries(deliveries: Mapping[str, Delivery]) -> dict[str, Any]:
    """The part of a plan that changes after it was made. ``open``: some device has yet to obey."""
    return {
        "deliveries": {name: one.document() for name, one in sorted(deliveries.items())},
        "open": any(one.awaited for one in deliveries.values()),
    }


def deliveries_of(document: Mapping[str, Any]) -> dict[str, Delivery]:
    return {name: Delivery.from_document(one) for name, one in document["deliveries"].items()}


def standing_document(
    site_id: str,
    *,
    version: int,
    now_ms: int,
    outcome: str,
    background: Mapping[str, float],
    found: Mapping[str, Any],
) -> dict[str, Any]:
    """What the last run found, whether or not it changed anything. ``found``: its figures."""
    return {
        "id": STANDING_ID,
        "type": "standing",
        "siteId": site_id,
        "version": version,
        "checkedAt": now_ms,
        "outcome": outcome,
        "background": dict(background),
        "notes": [],
        **found,
    }


def summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """A plan without what only its details need: for lists and for live messages."""
    left_out = {"allocation", "devices", "orders", "ttl"}
    return {name: value for name, value in document.items() if name not in left_out}


def _migration(move: Migration) -> dict[str, Any]:
    return {
        "taskId": move.task_id,
        "from": move.source,
        "to": move.target,
        "reason": move.reason,
    }


def _devices(plan: Plan, gathered: Gathered) -> dict[str, Any]:
    """Each device's condition and the load it carries after the plan."""
    assert gathered.problem is not None, "there is no plan without a problem"
    loads = _loads(plan, gathered.problem)
    return {
        one.device_id: {
            "health": one.health,
            "why": gathered.conditions[one.device_id].health.why,
            "drained": one.drained,
            "backgroundPct": gathered.conditions[one.device_id].background_pct,
            "capacityPct": round(one.capacity_pct, 1),
            "loadPct": round(loads.get(one.device_id, 0.0), 1),
        }
        for one in gathered.problem.devices
    }


def _loads(plan: Plan, problem: Problem) -> dict[str, float]:
    loads: dict[str, float] = {}
    for task in problem.tasks:
        device_id = plan.allocation[task.task_id]
        if device_id is not None:
            loads[device_id] = loads.get(device_id, 0.0) + task.load_pct
    return loads
