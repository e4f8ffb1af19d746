"""One run for one site: what was ordered is followed up, then the site is planned anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.insights.metering import (
    PLANNING_DURATION,
    PLANNING_GAP,
    PLANNING_RUNS,
    Labels,
    Measurement,
)
from tocsin.domain.plans.orders import Report
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import Outcome
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.sites import lease_of
from tocsin.usecases.planning.deliver_orders import show_plan
from tocsin.usecases.planning.follow_up import follow_up, follow_up_plan, look_again, look_closer
from tocsin.usecases.planning.keep_standing import keep_impossible, keep_standing
from tocsin.usecases.planning.look_at_site import SiteView, fetch_optimiser, look_at_site
from tocsin.usecases.planning.plan_site import Draft, draft_plan
from tocsin.usecases.ports.planning import Dispatch, Lease, Leases, Planner, Sources

MARGIN_MS = 500  # so soon after an alert is stored, its device's document shows it


@dataclass(frozen=True, slots=True)
class Run:
    """One run, alone at its site as long as it keeps renewing *lease*."""

    request: Request
    lease: Lease
    sources: Sources
    dispatch: Dispatch
    planner: Planner


async def rebalance_site(
    request: Request, *, leases: Leases, sources: Sources, dispatch: Dispatch, planner: Planner
) -> Outcome:
    """Do what *request* asks, alone at its site.

    Raises BusyError when another run is under way there; nothing is lost by asking again.
    """
    async with leases.hold(lease_of(request.site_id)) as lease:
        try:
            outcome = await _carry_out(Run(request, lease, sources, dispatch, planner))
        except InvalidProblemError as error:
            outcome = await keep_impossible(
                request,
                str(error),
                plans=dispatch.plans,
                live=dispatch.live,
                now_ms=dispatch.now_ms(),
            )
    labels = Labels(request.site_id, outcome=outcome)
    dispatch.meter.record([Measurement(PLANNING_RUNS, 1, labels)])
    return outcome


async def preview_plan(
    site_id: str, *, sources: Sources, planner: Planner, now_ms: Callable[[], int]
) -> StoredPlan:
    """The plan that a run would make now. Changes nothing.

    Raises InvalidProblemError saying why the site cannot be planned.
    """
    view = await look_at_site(site_id, sources, now_ms=now_ms())
    request = Request(site_id, "operator", view.looked_at, "preview")
    draft = await draft_plan(view, request, planner=planner, now_ms=now_ms)
    if draft.plan is None:
        raise InvalidProblemError("; ".join(draft.notes))
    return draft.plan


async def _carry_out(run: Run) -> Outcome:
    request, dispatch = run.request, run.dispatch
    if request.kind == "follow-up":
        await follow_up_plan(request, run.lease, dispatch, settings=run.sources.settings)
        return "followed-up"
    view = await look_at_site(request.site_id, run.sources, now_ms=dispatch.now_ms())
    paused = view.optimiser.paused
    progress = await follow_up(
        view.plans, _collect_reports(view), run.lease, dispatch, paused=paused
    )
    if not paused:
        await look_closer(request, dispatch)
    if _is_covered(request, view):
        return "covered"
    if paused:
        return await keep_standing(view, "paused", None, plans=dispatch.plans, live=dispatch.live)
    # If devices were told something just now, what is planned next must know it.
    view = (
        await look_at_site(view.site_id, run.sources, now_ms=dispatch.now_ms())
        if progress.told
        else replace(view, plans=progress.plans)
    )
    return await _plan(view, run)


async def _plan(view: SiteView, run: Run) -> Outcome:
    dispatch = run.dispatch
    await run.lease.renew()
    draft = await draft_plan(view, run.request, planner=run.planner, now_ms=dispatch.now_ms)
    dispatch.meter.record(_measure_search(view.site_id, draft))
    plan = draft.plan
    if plan is None or not plan.orders:
        outcome: Outcome = "impossible" if plan is None else "unchanged"
        return await keep_standing(view, outcome, draft, plans=dispatch.plans, live=dispatch.live)
    await run.lease.renew()
    # Whoever paused while the plan was made wants it no more.
    if (await fetch_optimiser(view.site_id, run.sources.settings)).paused:
        return await keep_standing(view, "paused", None, plans=dispatch.plans, live=dispatch.live)
    await dispatch.plans.save_plan(plan)
    await keep_standing(view, "planned", draft, plans=dispatch.plans, live=dispatch.live)
    await show_plan(plan, dispatch.live)
    progress = await follow_up(
        [plan, *view.plans], _collect_reports(view), run.lease, dispatch, paused=False
    )
    await look_again(progress.plans[0], dispatch, run.request.trace)
    return "planned"


def _measure_search(site_id: str, draft: Draft) -> Iterator[Measurement]:
    figures = draft.figures
    if figures is not None:
        labels = Labels(site_id, outcome=figures.status)
        yield Measurement(PLANNING_DURATION, figures.wall_s, labels)
        yield Measurement(PLANNING_GAP, figures.gap, labels)


def _is_covered(request: Request, view: SiteView) -> bool:
    """Whether a run that began after the request was made has seen what it is about."""
    if view.standing is None or request.kind == "timer":
        return False
    seen = request.requested_at + MARGIN_MS <= view.standing.checked_at
    return seen and all(
        name not in view.states or view.states[name].last_t >= t
        for name, t in request.alerted.items()
    )


def _collect_reports(view: SiteView) -> dict[str, Report | None]:
    return {device.device_id: device.report for device in view.devices}
