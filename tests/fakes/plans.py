"""A plan as the database keeps it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.fakes.messages import NOW
from tocsin.domain.plans.requests import Cause
from tocsin.domain.plans.stored_plan import StoredPlan, plan_id


def plan_document(version: int, site_id: str = "north", **changes: object) -> dict[str, Any]:
    """One task moved from cell-1 to cell-2, which has confirmed it."""
    return {
        "id": plan_id(version),
        "type": "plan",
        "siteId": site_id,
        "version": version,
        "createdAt": NOW + version,
        "cause": {"kind": "alert", "text": "alert of cell-1", "requestedAt": NOW - 1_000},
        "status": "optimal",
        "objective": 3000.7,
        "bound": 2998.1,
        "staying": 18233.0,
        "gap": 0.00087,
        "wallS": 0.012,
        "violations": [{"kind": "late", "subject": "a", "amount": 12.0, "text": "a is late"}],
        "notes": ["device 'cell-9' is left out: it makes no sense"],
        "migrations": [{"taskId": "a", "from": "cell-1", "to": "cell-2", "reason": "in alert"}],
        "allocation": {"a": "cell-2", "b": None},
        "devices": {
            "cell-2": {
                "health": 1.0,
                "why": "",
                "drained": False,
                "backgroundPct": 9.1,
                "capacityPct": 90.9,
                "loadPct": 13.0,
                "speed": 1.0,
                "basis": "3 x 5 readings: answer 30 ms",
            }
        },
        "orders": {
            "cell-2": {"version": version, "tasks": [{"id": "a", "loadPct": 13.0}]},
            "cell-1": {"version": version, "tasks": []},
        },
        "deliveries": {
            "cell-1": delivery_document(version),
            "cell-2": delivery_document(version),
        },
        "open": False,
        "ttl": 7_776_000,
        **changes,
    }


def delivery_document(version: int, **changes: object) -> dict[str, Any]:
    return {
        "version": version,
        "state": "confirmed",
        "attempts": 1,
        "sentAt": NOW,
        "confirmedAt": NOW + 400,
        "text": "",
        **changes,
    }


def stored_plan(version: int, site_id: str = "north", **changes: object) -> StoredPlan:
    return StoredPlan.from_document(plan_document(version, site_id, **changes))


def spoilt_plan(version: int) -> StoredPlan:
    """One that cannot be read once it is stored."""
    return replace(stored_plan(version), cause=_Spoilt("alert", "", 0))


class _Spoilt(Cause):
    def to_document(self) -> dict[str, Any]:
        return {"kind": "alert"}


def open_plan(version: int) -> StoredPlan:
    """One whose order has not been confirmed yet."""
    delivery = delivery_document(version, state="sent", confirmedAt=None)
    return stored_plan(version, deliveries={"cell-2": delivery})
