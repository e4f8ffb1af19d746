"""One run for one site: what was ordered is followed up, then the site is planned anew."""

from __future__ import annotations

from dataclasses import replace

from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.orders import Report
from tocsin.domain.requests import Request
from tocsin.usecases.deliver_orders import show
from tocsin.usecases.follow_up import follow_up, follow_up_plan, look_again
from tocsin.usecases.keep_standing import Outcome, keep_impossible, keep_standing
from tocsin.usecases.look_at_site import SiteView, look_at_site, read_optimiser
from tocsin.usecases.plan_site import draft_plan
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.planning import Lease, SitePorts

MARGIN_MS = 500  # so soon after an alert is stored, its device's document shows it


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
    if request.kind == "follow-up":
        await follow_up_plan(request, lease, ports)
        return "followed-up"
    view = await look_at_site(request.site_id, ports)
    paused = view.optimiser.paused
    done = await follow_up(view.plans, _reports(view), lease, ports, paused=paused)
    if _is_covered(request, view):
        return "covered"
    if paused:
        return await keep_standing(view, "paused", None, ports)
    # If devices were told something just now, what is planned next must know it.
    view = await look_at_site(view.site_id, ports) if done.told else replace(view, plans=done.plans)
    return await _planned(view, request, lease, ports)


async def _planned(view: SiteView, request: Request, lease: Lease, ports: SitePorts) -> Outcome:
    await lease.renew()
    draft = await draft_plan(view, request, ports)
    plan = draft.document
    if plan is None or not plan["orders"]:
        outcome: Outcome = "impossible" if plan is None else "unchanged"
        return await keep_standing(view, outcome, draft, ports)
    await lease.renew()
    # Whoever paused while the plan was made wants it no more.
    if (await read_optimiser(view.site_id, ports.settings)).paused:
        return await keep_standing(view, "paused", None, ports)
    await ports.plans.save_plan(plan)
    await keep_standing(view, "planned", draft, ports)
    await show(plan, ports.live)
    done = await follow_up([plan, *view.plans], _reports(view), lease, ports, paused=False)
    await look_again(done.plans[0], ports)
    return "planned"


def _is_covered(request: Request, view: SiteView) -> bool:
    """Whether a run that began after the request was made has seen what it is about."""
    if view.standing is None or request.kind == "timer":
        return False
    seen = request.requested_at + MARGIN_MS <= view.standing["checkedAt"]
    return seen and all(
        name not in view.states or view.states[name].last_t >= t
        for name, t in request.alerted.items()
    )


def _reports(view: SiteView) -> dict[str, Report | None]:
    return {one.device_id: one.report for one in view.devices}
