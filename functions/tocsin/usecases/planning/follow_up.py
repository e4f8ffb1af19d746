"""What became of orders: confirmations are noted, what is due is sent, failures are reported."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.domain.plans.orders import Report
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.tracing.place import Place
from tocsin.planning.inputs.twins import parse_devices
from tocsin.usecases.planning.deliver_orders import (
    list_failures,
    note_reports,
    save_changed,
    send_due,
)
from tocsin.usecases.planning.look_at_site import fetch_optimiser, fetch_twins
from tocsin.usecases.ports.planning import Dispatch, Lease, SiteSettings

log = logging.getLogger(__name__)

SOON_MS = 5_000  # so long after a plan was made, its devices are looked at every second
SOON_S, LATER_S = 1, 3
CLOSER_S, CLOSER_FOR_MS = 5, 25_000  # after an alert


@dataclass(frozen=True, slots=True)
class Progress:
    """The plans as they stand (newest first), and whether a device was told something just now."""

    plans: list[StoredPlan]
    told: bool


async def follow_up_plan(
    request: Request, lease: Lease, dispatch: Dispatch, *, settings: SiteSettings
) -> None:
    """Do for the open plans what a whole run begins with; asks the hub for their devices only."""
    # No plan is as new as that, so only those that are still open are found.
    plans = await dispatch.plans.list_recent(request.site_id, since_ms=dispatch.now_ms() + 1)
    awaited = {
        name for plan in plans for name, delivery in plan.deliveries.items() if delivery.is_awaited
    }
    devices, _ = parse_devices(await fetch_twins(awaited, dispatch.twins))
    reports = {device.device_id: device.report for device in devices}
    paused = (await fetch_optimiser(request.site_id, settings)).paused
    progress = await follow_up(plans, reports, lease, dispatch, paused=paused)
    for plan in progress.plans:
        if plan.version == request.version and not paused:
            await look_again(plan, dispatch, request.trace)


async def follow_up(
    plans: Sequence[StoredPlan],
    reports: Mapping[str, Report | None],
    lease: Lease,
    dispatch: Dispatch,
    *,
    paused: bool,
) -> Progress:
    """Note what the devices of *plans* (newest first) report, and send what is due; nothing is sent
    while paused. A device given up on asks for a run that does without it."""
    seen = note_reports(plans, reports, dispatch.now_ms())
    after = seen
    if not paused:
        after = [
            await send_due(plan, seen, lease, dispatch.twins, dispatch.now_ms()) for plan in seen
        ]
    await save_changed(plans, after, plans=dispatch.plans, live=dispatch.live)
    failures = "; ".join(list_failures(plans, after))
    if failures:
        site_id = plans[0].site_id
        log.error("Site %s: orders not obeyed: %s", site_id, failures, extra=about(site=site_id))
        await _ask(Request(site_id, "unconfirmed", dispatch.now_ms(), failures), dispatch)
    return Progress(after, told=after != seen)


async def look_again(plan: StoredPlan, dispatch: Dispatch, trace: Place | None) -> None:
    """Ask for the next look at *plan*'s orders, while more is to come of them. *trace*: in which
    the plan was made, if it is traced."""
    if plan.is_under_way:
        now_ms = dispatch.now_ms()
        delay_s = SOON_S if now_ms - plan.created_at < SOON_MS else LATER_S
        request = Request(plan.site_id, "follow-up", now_ms, version=plan.version, trace=trace)
        await _ask(request, dispatch, delay_s=delay_s)


async def look_closer(request: Request, dispatch: Dispatch) -> None:
    """Ask for another run soon after an alert: what has only just begun may show in what the device
    measures a few readings later, whether or not something has moved for it."""
    now_ms = dispatch.now_ms()
    if request.alerted and now_ms - request.requested_at < CLOSER_FOR_MS:
        # By the clock, since a run that is asked for by an alert has just been done.
        is_first = request.kind == "alert"
        text = f"a closer look after the {request.text}" if is_first else request.text
        again = replace(request, kind="timer", text=text)
        await _ask(again, dispatch, delay_s=CLOSER_S)


async def _ask(request: Request, dispatch: Dispatch, *, delay_s: int = 0) -> None:
    try:
        await dispatch.requests.put(request, delay_s=delay_s)
    except DeliveryError as error:
        log.warning("Not asked for (the timer comes): %s: %s", request.kind, error)
