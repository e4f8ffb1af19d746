"""Orders on their way: what devices confirm is noted, what is due is sent, within the lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.domain.plans.deliveries import (
    Delivery,
    is_due,
    note_report,
    note_sent,
    note_unsent,
    supersede,
    withhold,
)
from tocsin.domain.plans.handovers import find_told, find_waits
from tocsin.domain.plans.orders import Report
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Lease, Plans, Twins

log = logging.getLogger(__name__)

SENT_AT_ONCE = 8


def note_reports(
    plans: Sequence[StoredPlan], reports: Mapping[str, Report | None], now_ms: int
) -> list[StoredPlan]:
    """*plans* (newest first) with what the devices' *reports* say of their orders.

    Of two plans with an order for the same device, only the newer one's counts.
    """
    newer: dict[str, int] = {}
    result: list[StoredPlan] = []
    for plan in plans:
        deliveries = {
            name: supersede(delivery, newer[name])
            if delivery.is_open and name in newer
            else note_report(delivery, reports.get(name), now_ms)
            for name, delivery in plan.deliveries.items()
        }
        newer = dict.fromkeys(deliveries, plan.version) | newer
        result.append(replace(plan, deliveries=deliveries))
    return result


async def send_due(
    plan: StoredPlan, plans: Sequence[StoredPlan], lease: Lease, twins: Twins, now_ms: int
) -> StoredPlan:
    """Send what of *plan*'s orders is due, and return the plan as it stands then.

    A device that gives a task up is told once whoever takes it has confirmed, by any of *plans*
    (newest first), and not at all where that one will not. A device that cannot be told is marked,
    not fatal. Raises BusyError when the lease is lost.
    """
    deliveries = dict(plan.deliveries)
    waits, told = find_waits(plans), find_told(plans)
    due = []
    for name in plan.orders:
        awaited = waits.get(name, frozenset())
        lost = [taker for taker in sorted(awaited) if not told[taker].delivery.is_open]
        if lost and deliveries[name].state == "pending":
            deliveries[name] = withhold(deliveries[name], lost)
        elif not awaited and is_due(deliveries[name], now_ms):
            due.append(name)
    for begin in range(0, len(due), SENT_AT_ONCE):
        await lease.renew()
        chunk = due[begin : begin + SENT_AT_ONCE]
        tries = (_send(name, plan, twins, now_ms) for name in chunk)
        deliveries.update(zip(chunk, await asyncio.gather(*tries), strict=True))
    return replace(plan, deliveries=deliveries)


async def save_changed(
    before: Sequence[StoredPlan], after: Sequence[StoredPlan], *, plans: Plans, live: Live
) -> None:
    """Keep and show the plans that are no longer as they were."""
    for old, new in zip(before, after, strict=True):
        if old != new:
            await plans.save_plan(new)
            await show_plan(new, live)


async def show_plan(plan: StoredPlan, live: Live) -> None:
    """To the people who watch the site; the database has it whatever becomes of the message."""
    message = {"type": "plan", "siteId": plan.site_id, "plan": plan.to_summary()}
    try:
        await live.send(plan.site_id, message)
    except DeliveryError as error:
        log.warning(
            "Plan %s of site %s not shown: %s",
            plan.version,
            plan.site_id,
            error,
            extra=about(site=plan.site_id),
        )


def list_failures(before: Sequence[StoredPlan], after: Sequence[StoredPlan]) -> list[str]:
    """The devices given up on between *before* and *after*, and why, in words."""
    return [
        f"{name}: {delivery.text}"
        for old, new in zip(before, after, strict=True)
        for name, delivery in new.deliveries.items()
        if delivery.state == "failed" and old.deliveries[name].state != "failed"
    ]


async def _send(device_id: str, plan: StoredPlan, twins: Twins, now_ms: int) -> Delivery:
    delivery = plan.deliveries[device_id]
    try:
        await twins.send_order(device_id, plan.orders[device_id])
    except DeliveryError as error:
        log.warning(
            "Device %s was not told plan %s: %s",
            device_id,
            plan.version,
            error,
            extra=about(device=device_id),
        )
        return note_unsent(delivery, str(error), now_ms)
    return note_sent(delivery, now_ms)
