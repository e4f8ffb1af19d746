"""One run for one site: what was ordered is followed up, then the site is planned anew."""

from __future__ import annotations

import logging
from dataclasses import replace

from tocsin.domain.errors import DeliveryError, InvalidProblemError
from tocsin.domain.orders import Report
from tocsin.domain.requests import Request
from tocsin.planning.results.plan_document import deliveries_of
from tocsin.usecases.deliver_orders import (
    newly_failed,
    observe,
    save_changed,
    send_due,
    show,
)
from tocsin.usecases.keep_standing import Outcome, keep_impossible, keep_standing
from tocsin.usecases.look_at_site import SiteView, look_at_site, read_optimiser
from tocsin.usecases.plan_site import draft_plan
from tocsin.usecases.ports import Document, Lease, SitePorts

log = logging.getLogger(__name__)

MARGIN_MS = 500  # so soon after an alert is stored, its device's document shows it
SOON_MS = 5_000  # so long after a plan was made, its devices are looked at every second
SOON_S, LATER_S = 1, 3


async def rebalance_site(request: Request, ports: SitePorts) -> Outcome:
    """Do what *request* asks, alone at its site.

    Raises BusyError when another run is under way there; nothing is lost by asking again.
    """
    async with ports.leases.held(f"rebalance/{request.site_id}") as lease:
        try:
            return await _run(request, lease, ports)
        except InvalidProblemError as error:
            return await keep_impossible(request, str(error), ports)


async def preview_plan(site_id: str, ports: SitePorts) -> Document:
    """The plan that a run would make now. Changes nothing.

    Raises InvalidProblemError saying why the site cannot be planned.
    """
    view = await look_at_site(site_id, ports)
    draft = await draft_plan(view, Request(site_id, "operator", view.looked_at, "preview"), ports)
    if draft.document is None:
        raise InvalidProblemError("; ".join(draft.figures["notes"]))
    return draft.document


async def _run(request: Request, lease: Lease, ports: SitePorts) -> Outcome:
    view = await look_at_site(request.site_id, ports)
    view = await _followed_up(view, request, lease, ports)
    if request.kind == "follow-up":
        return "followed-up"
    if _is_covered(request, view):
        return "covered"
    if view.optimiser.paused:
        return await keep_standing(view, "paused", None, ports)
    return await _planned(view, request, lease, ports)


async def _planned(view: SiteView, request: Request, lease: Lease, ports: SitePorts) -> Outcome:
    await lease.renew()
    draft = await draft_plan(view, request, ports)
    if draft.document is None or not draft.document["orders"]:
        outcome: Outcome = "impossible" if draft.document is None else "unchanged"
        return await keep_standing(view, outcome, draft, ports)
    await lease.renew()
    # Whoever paused while the plan was made wants it no more.
    if (await read_optimiser(view.site_id, ports.settings)).paused:
        return await keep_standing(view, "paused", None, ports)
    await ports.plans.save_plan(draft.document)
    await keep_standing(view, "planned", draft, ports)
    await show(draft.document, ports.live)
    before = [draft.document, *view.plans]
    after = await _sent(observe(before, _reports(view), ports.now_ms()), lease, ports)
    await save_changed(before, after, ports)
    await _look_again(draft.document, request, ports)
    return "planned"


async def _followed_up(
    view: SiteView, request: Request, lease: Lease, ports: SitePorts
) -> SiteView:
    """Note what the devices confirm, and send what is due; nothing while paused."""
    seen = observe(view.plans, _reports(view), ports.now_ms())
    after = seen if view.optimiser.paused else await _sent(seen, lease, ports)
    await save_changed(view.plans, after, ports)
    failed = newly_failed(view.plans, after)
    if failed and not view.optimiser.paused:
        log.error("Site %s: orders not obeyed: %s", view.site_id, "; ".join(failed))
        await ports.requests.put(
            Request(view.site_id, "unconfirmed", ports.now_ms(), "; ".join(failed)).document()
        )
    mine = [plan for plan in after if plan["version"] == request.version]
    if request.kind == "follow-up" and mine and not view.optimiser.paused:
        await _look_again(mine[0], request, ports)
    if after != seen and request.kind != "follow-up":
        # Devices were told something just now: what is planned next must know it.
        return await look_at_site(view.site_id, ports)
    return replace(view, plans=after)


async def _sent(plans: list[Document], lease: Lease, ports: SitePorts) -> list[Document]:
    return [await send_due(plan, lease, ports, ports.now_ms()) for plan in plans]


async def _look_again(plan: Document, request: Request, ports: SitePorts) -> None:
    """Ask for the next look at *plan*'s orders, while more is to come of them."""
    if request.kind == "follow-up" and not any(one.is_open for one in deliveries_of(plan).values()):
        return
    now_ms = ports.now_ms()
    delay_s = SOON_S if now_ms - plan["createdAt"] < SOON_MS else LATER_S
    follow_up = Request(plan["siteId"], "follow-up", now_ms, version=plan["version"])
    try:
        await ports.requests.put(follow_up.document(), delay_s=delay_s)
    except DeliveryError as error:
        log.warning("No follow-up of plan %s (the timer will): %s", plan["version"], error)


def _is_covered(request: Request, view: SiteView) -> bool:
    """Whether a run that began after the request was made has seen what it is about."""
    if view.standing is None or request.kind == "timer":
        return False
    seen = request.requested_at + MARGIN_MS <= view.standing["checkedAt"]
    return seen and all(
        name not in view.states or view.states[name]["lastT"] >= t
        for name, t in request.alerted.items()
    )


def _reports(view: SiteView) -> dict[str, Report | None]:
    return {one.device_id: one.report for one in view.devices}
