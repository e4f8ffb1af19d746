"""One run for one site: what was ordered is followed up, then the site is planned anew."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Literal

from tocsin.domain.errors import BusyError, DeliveryError, InvalidProblemError
from tocsin.domain.orders import Report
from tocsin.domain.requests import Request
from tocsin.planning.plan_document import deliveries_of, standing_document
from tocsin.usecases.deliver_orders import (
    newly_failed,
    observe,
    save_changed,
    send_due,
    show,
)
from tocsin.usecases.look_at_site import SiteView, look_at_site, read_optimiser
from tocsin.usecases.plan_site import Draft, draft_plan
from tocsin.usecases.ports import Document, Lease, SitePorts

log = logging.getLogger(__name__)

MARGIN_MS = 500  # so soon after an alert is stored, its device's document shows it
SOON_MS = 5_000  # so long after a plan was made, its devices are looked at every second
SOON_S, LATER_S = 1, 3

Outcome = Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]


async def rebalance_fleet(ports: SitePorts) -> dict[str, Outcome | None]:
    """A run for every site that has tasks, by the clock; None where another is under way.

    Raises, when all sites have had their turn, the first error that one of them met.
    """
    sites = await ports.settings.planned_sites()
    runs = (_by_the_clock(site_id, ports) for site_id in sites)
    results = await asyncio.gather(*runs, return_exceptions=True)
    outcomes: dict[str, Outcome | None] = {}
    for site_id, result in zip(sites, results, strict=True):
        if isinstance(result, BaseException):
            raise result
        outcomes[site_id] = result
    return outcomes


async def rebalance_site(request: Request, ports: SitePorts) -> Outcome:
    """Do what *request* asks, alone at its site.

    Raises BusyError when another run is under way there; nothing is lost by asking again.
    """
    async with ports.leases.held(f"rebalance/{request.site_id}") as lease:
        try:
            return await _run(request, lease, ports)
        except InvalidProblemError as error:
            return await _impossible(request, str(error), ports)


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
        return await _stood(view, "paused", None, ports)
    return await _planned(view, request, lease, ports)


async def _by_the_clock(site_id: str, ports: SitePorts) -> Outcome | None:
    try:
        return await rebalance_site(Request(site_id, "timer", ports.now_ms()), ports)
    except BusyError:
        return None


async def _planned(view: SiteView, request: Request, lease: Lease, ports: SitePorts) -> Outcome:
    await lease.renew()
    draft = await draft_plan(view, request, ports)
    if draft.document is None or not draft.document["orders"]:
        outcome: Outcome = "impossible" if draft.document is None else "unchanged"
        return await _stood(view, outcome, draft, ports)
    await lease.renew()
    # Whoever paused while the plan was made wants it no more.
    if (await read_optimiser(view.site_id, ports.settings)).paused:
        return await _stood(view, "paused", None, ports)
    await ports.plans.save_plan(draft.document)
    await _stood(view, "planned", draft, ports)
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


async def _stood(
    view: SiteView, outcome: Outcome, draft: Draft | None, ports: SitePorts
) -> Outcome:
    """Keep how the site stands, and return *outcome*."""
    last = 0 if view.last is None else int(view.last["version"])
    document = standing_document(
        view.site_id,
        version=last if draft is None or outcome != "planned" else draft.version,
        now_ms=view.looked_at,
        outcome=outcome,
        background=_background(view) if draft is None else draft.background,
        found={} if draft is None else draft.figures,
    )
    await ports.plans.save_standing(document)
    return outcome


async def _impossible(request: Request, why: str, ports: SitePorts) -> Outcome:
    """Keep that the site cannot be planned, since what is set for it is malformed."""
    log.error("Site %s cannot be planned: %s", request.site_id, why)
    standing = await ports.plans.standing(request.site_id) or {}
    document = standing_document(
        request.site_id,
        version=standing.get("version", 0),
        now_ms=ports.now_ms(),
        outcome="impossible",
        background=standing.get("background", {}),
        found={"notes": [why]},
    )
    await ports.plans.save_standing(document)
    return "impossible"


def _background(view: SiteView) -> dict[str, float]:
    return {} if view.standing is None else dict(view.standing["background"])
