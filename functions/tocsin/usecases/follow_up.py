"""What became of orders: confirmations are noted, what is due is sent, failures are reported."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.errors import DeliveryError
from tocsin.domain.orders import Report
from tocsin.domain.requests import Request
from tocsin.planning.inputs.twins import edge_devices
from tocsin.planning.results.plan_document import deliveries_of
from tocsin.usecases.deliver_orders import newly_failed, observe, save_changed, send_due
from tocsin.usecases.look_at_site import read_optimiser, read_twins
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.planning import Dispatch, Lease, SiteSettings

log = logging.getLogger(__name__)

SOON_MS = 5_000  # so long after a plan was made, its devices are looked at every second
SOON_S, LATER_S = 1, 3


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """The plans as they stand (newest first), and whether a device was told something just now."""

    plans: list[Document]
    told: bool


async def follow_up_plan(
    request: Request, lease: Lease, dispatch: Dispatch, *, settings: SiteSettings
) -> None:
    """Do for the open plans what a whole run begins with; asks the hub for their devices only."""
    # None is as new as that: those that are still open.
    plans = await dispatch.plans.recent_plans(request.site_id, since_ms=dispatch.now_ms() + 1)
    waited_for = {
        name for plan in plans for name, one in deliveries_of(plan).items() if one.awaited
    }
    devices, _ = edge_devices(await read_twins(waited_for, dispatch.twins))
    reports = {one.device_id: one.report for one in devices}
    paused = (await read_optimiser(request.site_id, settings)).paused
    done = await follow_up(plans, reports, lease, dispatch, paused=paused)
    for plan in done.plans:
        if plan["version"] == request.version and not paused:
            await look_again(plan, dispatch)


async def follow_up(
    plans: Sequence[Document],
    reports: Mapping[str, Report | None],
    lease: Lease,
    dispatch: Dispatch,
    *,
    paused: bool,
) -> FollowedUp:
    """Note what the devices of *plans* (newest first) report, and send what is due; nothing while
    paused. A device given up on asks for a run that does without it."""
    seen = observe(plans, reports, dispatch.now_ms())
    after = (
        seen
        if paused
        else [await send_due(one, lease, dispatch.twins, dispatch.now_ms()) for one in seen]
    )
    await save_changed(plans, after, plans=dispatch.plans, live=dispatch.live)
    failed = "; ".join(newly_failed(plans, after))
    if failed:
        site_id = str(plans[0]["siteId"])
        log.error("Site %s: orders not obeyed: %s", site_id, failed)
        await _ask(Request(site_id, "unconfirmed", dispatch.now_ms(), failed), dispatch)
    return FollowedUp(after, told=after != seen)


async def look_again(plan: Document, dispatch: Dispatch) -> None:
    """Ask for the next look at *plan*'s orders, while more is to come of them."""
    if any(one.is_open for one in deliveries_of(plan).values()):
        now_ms = dispatch.now_ms()
        delay_s = SOON_S if now_ms - plan["createdAt"] < SOON_MS else LATER_S
        follow = Request(plan["siteId"], "follow-up", now_ms, version=plan["version"])
        await _ask(follow, dispatch, delay_s=delay_s)


async def _ask(request: Request, dispatch: Dispatch, *, delay_s: int = 0) -> None:
    try:
        await dispatch.requests.put(request.document(), delay_s=delay_s)
    except DeliveryError as error:
        log.warning("Not asked for (the timer comes): %s: %s", request.kind, error)
