"""Orders on their way: what devices confirm is noted, what is due is sent, within the lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from tocsin.domain.deliveries import (
    Delivery,
    is_due,
    not_sent,
    observed,
    sent,
    superseded,
)
from tocsin.domain.errors import DeliveryError
from tocsin.domain.orders import Report
from tocsin.planning.results.plan_document import deliveries_of, summary, with_deliveries
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Lease, Plans, Twins

log = logging.getLogger(__name__)

SENT_AT_ONCE = 8


def observe(
    plans: Sequence[Document], reports: Mapping[str, Report | None], now_ms: int
) -> list[Document]:
    """*plans* (newest first) with what the devices' *reports* say of their orders.

    Of two plans with an order for the same device, only the newer one's counts.
    """
    newer: dict[str, int] = {}
    result: list[Document] = []
    for plan in plans:
        deliveries = {
            name: superseded(one, newer[name])
            if one.is_open and name in newer
            else observed(one, reports.get(name), now_ms)
            for name, one in deliveries_of(plan).items()
        }
        newer = {name: int(plan["version"]) for name in deliveries} | newer
        result.append({**plan, **with_deliveries(deliveries)})
    return result


async def send_due(plan: Document, lease: Lease, twins: Twins, now_ms: int) -> Document:
    """Send what of *plan*'s orders is due, and return the plan as it stands then.

    A device that cannot be told is marked, not fatal. Raises BusyError when the lease is lost.
    """
    deliveries = deliveries_of(plan)
    # In the plan's order: devices that gain a task come first.
    due = [name for name in plan["orders"] if is_due(deliveries[name], now_ms)]
    for begin in range(0, len(due), SENT_AT_ONCE):
        await lease.renew()
        chunk = due[begin : begin + SENT_AT_ONCE]
        tried = (_send(name, deliveries[name], plan, twins, now_ms) for name in chunk)
        deliveries.update(zip(chunk, await asyncio.gather(*tried), strict=True))
    return {**plan, **with_deliveries(deliveries)}


async def save_changed(
    before: Sequence[Document], after: Sequence[Document], *, plans: Plans, live: Live
) -> None:
    """Keep and show the plans that are no longer as they were."""
    for old, new in zip(before, after, strict=True):
        if old != new:
            await plans.save_plan(new)
            await show_plan(new, live)


async def show_plan(plan: Document, live: Live) -> None:
    """To the people who watch the site; the database has it whatever becomes of the message."""
    try:
        await live.send(
            plan["siteId"], {"type": "plan", "siteId": plan["siteId"], "plan": summary(plan)}
        )
    except DeliveryError as error:
        log.warning("Plan %s of site %s not shown: %s", plan["version"], plan["siteId"], error)


def newly_failed(before: Sequence[Document], after: Sequence[Document]) -> list[str]:
    """The devices given up on between *before* and *after*, and why, in words."""
    return [
        f"{name}: {delivery.text}"
        for old, new in zip(before, after, strict=True)
        for name, delivery in deliveries_of(new).items()
        if delivery.state == "failed" and deliveries_of(old)[name].state != "failed"
    ]


async def _send(
    device_id: str, delivery: Delivery, plan: Document, twins: Twins, now_ms: int
) -> Delivery:
    try:
        await twins.order(device_id, plan["orders"][device_id])
    except DeliveryError as error:
        log.warning("Device %s was not told plan %s: %s", device_id, plan["version"], error)
        return not_sent(delivery, str(error), now_ms)
    return sent(delivery, now_ms)
